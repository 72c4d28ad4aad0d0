// Arithmetic that the compiler calls functions for. Debian's compiler is for an ESP8266, so its own functions are for a
// core without windows, and half of them are left out because an ESP8266 has them in its ROM.
#include <stdint.h>

typedef union {
    uint64_t all;
    struct {
        uint32_t low, high;
    };
} wide_t;

// Integers of 32 bits -------------------------------------------------------------------------------------------------

typedef struct {
    uint32_t quotient, rest;
} divided_t;

static divided_t divide(uint32_t number, uint32_t by) {
    divided_t d = { 0, number };
    if (by == 0) {
        return d;
    }
    int shift = 0;
    while (by <= number >> 1 && !(by >> 31)) {
        by <<= 1;
        shift++;
    }
    for (; shift >= 0; shift--, by >>= 1) {
        d.quotient <<= 1;
        if (d.rest >= by) {
            d.rest -= by;
            d.quotient |= 1;
        }
    }
    return d;
}

static uint32_t magnitude(int32_t number) {
    return number < 0 ? -(uint32_t)number : (uint32_t)number;
}

uint32_t __udivsi3(uint32_t a, uint32_t b) {
    return divide(a, b).quotient;
}

uint32_t __umodsi3(uint32_t a, uint32_t b) {
    return divide(a, b).rest;
}

int32_t __divsi3(int32_t a, int32_t b) {
    uint32_t quotient = divide(magnitude(a), magnitude(b)).quotient;
    return (a ^ b) < 0 ? -quotient : quotient;
}

int32_t __modsi3(int32_t a, int32_t b) {
    uint32_t rest = divide(magnitude(a), magnitude(b)).rest;
    return a < 0 ? -rest : rest;
}

uint32_t __bswapsi2(uint32_t value) {
    uint32_t swapped = 0;
    for (int byte = 0; byte < 4; byte++, value >>= 8) {
        // The compiler is not to see what this is, and to call this function for it.
        __asm("" : "+r"(value));
        swapped = swapped << 8 | (value & 255);
    }
    return swapped;
}

// Integers of 64 bits -------------------------------------------------------------------------------------------------

uint64_t __ashldi3(uint64_t value, int bits) {
    wide_t v = { value };
    if (bits >= 32) {
        v.high = v.low << (bits - 32);
        v.low = 0;
    } else if (bits > 0) {
        v.high = v.high << bits | v.low >> (32 - bits);
        v.low <<= bits;
    }
    return v.all;
}

uint64_t __lshrdi3(uint64_t value, int bits) {
    wide_t v = { value };
    if (bits >= 32) {
        v.low = v.high >> (bits - 32);
        v.high = 0;
    } else if (bits > 0) {
        v.low = v.low >> bits | v.high << (32 - bits);
        v.high >>= bits;
    }
    return v.all;
}

int64_t __ashrdi3(int64_t value, int bits) {
    wide_t v = { value };
    uint32_t sign = (int32_t)v.high >> 31;
    if (bits >= 32) {
        v.low = (int32_t)v.high >> (bits - 32);
        v.high = sign;
    } else if (bits > 0) {
        v.low = v.low >> bits | v.high << (32 - bits);
        v.high = (int32_t)v.high >> bits;
    }
    return v.all;
}

uint64_t __umulsidi3(uint32_t a, uint32_t b) {
    uint32_t low = (a & 0xffff) * (b & 0xffff);
    uint32_t middle = (a >> 16) * (b & 0xffff) + (low >> 16);
    uint32_t other = (a & 0xffff) * (b >> 16) + (middle & 0xffff);
    wide_t product;
    product.low = other << 16 | (low & 0xffff);
    product.high = (a >> 16) * (b >> 16) + (middle >> 16) + (other >> 16);
    return product.all;
}

uint64_t __muldi3(uint64_t a, uint64_t b) {
    wide_t x = { a }, y = { b };
    wide_t product = { __umulsidi3(x.low, y.low) };
    product.high += x.low * y.high + x.high * y.low;
    return product.all;
}

uint64_t __bswapdi2(uint64_t value) {
    wide_t v = { value };
    wide_t swapped = { .low = __bswapsi2(v.high), .high = __bswapsi2(v.low) };
    return swapped.all;
}

static int is_less(wide_t a, wide_t b) {
    return a.high < b.high || (a.high == b.high && a.low < b.low);
}

// Returns the rest, and the quotient if it is asked for.
static uint64_t divide_wide(uint64_t number, uint64_t by, uint64_t *quotient) {
    wide_t rest = { 0 }, d = { by }, n = { number };
    for (int bit = 0; bit < 64; bit++) {
        rest.high = rest.high << 1 | rest.low >> 31;
        rest.low = rest.low << 1 | n.high >> 31;
        n.high = n.high << 1 | n.low >> 31;
        n.low <<= 1;
        if (!is_less(rest, d)) {
            rest.all -= d.all;
            n.low |= 1;
        }
    }
    if (quotient) {
        *quotient = n.all;
    }
    return rest.all;
}

static uint64_t magnitude_wide(int64_t number) {
    return number < 0 ? -(uint64_t)number : (uint64_t)number;
}

uint64_t __udivdi3(uint64_t a, uint64_t b) {
    uint64_t quotient;
    divide_wide(a, b, &quotient);
    return quotient;
}

uint64_t __umoddi3(uint64_t a, uint64_t b) {
    return divide_wide(a, b, 0);
}

int64_t __divdi3(int64_t a, int64_t b) {
    uint64_t quotient;
    divide_wide(magnitude_wide(a), magnitude_wide(b), &quotient);
    return (a ^ b) < 0 ? -quotient : quotient;
}

int64_t __moddi3(int64_t a, int64_t b) {
    uint64_t rest = divide_wide(magnitude_wide(a), magnitude_wide(b), 0);
    return a < 0 ? -rest : rest;
}

// Floats --------------------------------------------------------------------------------------------------------------

#define SIGN 0x80000000u
#define INFINITE 0x7f800000u
#define NOT_A_NUMBER 0x7fc00000u
#define TOP 0x80000000u // what `fraction` has, unless the number is 0

enum { BIAS = 127, SPECIAL = 255 };

// The value is fraction * 2^(exponent - BIAS - 31). The lowest bit also stands for all that were lost below it.
typedef struct {
    uint32_t sign;
    int exponent;
    uint32_t fraction;
} real_t;

static uint32_t bits_of(float f) {
    union {
        float f;
        uint32_t u;
    } both = { f };
    return both.u;
}

static float float_of(uint32_t u) {
    union {
        uint32_t u;
        float f;
    } both = { u };
    return both.f;
}

static int is_nan(float f) {
    return (bits_of(f) & ~SIGN) > INFINITE;
}

static real_t normal(real_t r) {
    while (r.fraction && !(r.fraction & TOP)) {
        r.fraction <<= 1;
        r.exponent--;
    }
    return r;
}

// Of a number that is not infinite.
static real_t real_of(float f) {
    uint32_t bits = bits_of(f);
    real_t r = { bits & SIGN, bits >> 23 & 255, bits << 8 };
    if (r.exponent) {
        r.fraction |= TOP;
        return r;
    }
    r.exponent = 1;
    r.fraction &= ~TOP;
    return normal(r);
}

static uint32_t shifted(uint32_t value, int bits) {
    if (bits == 0) {
        return value;
    }
    return bits > 31 ? value != 0 : value >> bits | (value << (32 - bits) != 0);
}

// The nearest float; of two the even one.
static float nearest(real_t r) {
    if (r.fraction == 0) {
        return float_of(r.sign);
    }
    if (r.exponent <= 0) {
        r.fraction = shifted(r.fraction, 1 - r.exponent);
        r.exponent = 1;
    }
    uint32_t rest = r.fraction & 255;
    uint32_t bits = r.fraction >> 8;
    bits += rest > 128 || (rest == 128 && (bits & 1));
    // The fraction's top bit counts up the exponent, as does what rounding carries.
    bits += (uint32_t)(r.exponent - 1) << 23;
    return float_of(r.sign | (r.exponent >= SPECIAL || bits > INFINITE ? INFINITE : bits));
}

static int is_special(float f) {
    return (bits_of(f) & INFINITE) == INFINITE;
}

float __addsf3(float a, float b) {
    if (is_special(a) || is_special(b)) {
        int opposed = is_special(a) && is_special(b) && bits_of(a) != bits_of(b);
        return is_nan(a) || is_nan(b) || opposed ? float_of(NOT_A_NUMBER) : is_special(a) ? a : b;
    }
    real_t x = real_of(a), y = real_of(b);
    if (!x.fraction || !y.fraction) {
        return x.fraction ? a : y.fraction ? b : float_of(x.sign & y.sign);
    }
    if (x.exponent < y.exponent || (x.exponent == y.exponent && x.fraction < y.fraction)) {
        real_t other = x;
        x = y;
        y = other;
    }
    // One bit lower, for the carry.
    y.fraction = shifted(y.fraction >> 1, x.exponent - y.exponent);
    x.fraction >>= 1;
    x.exponent++;
    int same = x.sign == y.sign;
    x.fraction = same ? x.fraction + y.fraction : x.fraction - y.fraction;
    if (x.fraction == 0) {
        return 0;
    }
    return nearest(normal(x));
}

float __subsf3(float a, float b) {
    return __addsf3(a, float_of(bits_of(b) ^ SIGN));
}

float __mulsf3(float a, float b) {
    real_t x = real_of(a), y = real_of(b);
    x.sign ^= y.sign;
    if (is_special(a) || is_special(b)) {
        int undefined = is_nan(a) || is_nan(b) || !(bits_of(a) << 1) || !(bits_of(b) << 1);
        return float_of(undefined ? NOT_A_NUMBER : x.sign | INFINITE);
    }
    wide_t product = { __umulsidi3(x.fraction, y.fraction) };
    x.fraction = product.high | (product.low != 0);
    x.exponent += y.exponent - BIAS + 1;
    return nearest(normal(x));
}

static float divide_special(float a, float b, uint32_t sign) {
    if (is_nan(a) || is_nan(b) || (is_special(a) && is_special(b))) {
        return float_of(NOT_A_NUMBER);
    }
    return float_of(is_special(a) ? sign | INFINITE : sign);
}

float __divsf3(float a, float b) {
    real_t x = real_of(a), y = real_of(b);
    x.sign ^= y.sign;
    if (is_special(a) || is_special(b)) {
        return divide_special(a, b, x.sign);
    }
    if (!y.fraction) {
        return float_of(x.fraction ? x.sign | INFINITE : NOT_A_NUMBER);
    }
    uint32_t rest = x.fraction >> 8, by = y.fraction >> 8;
    x.fraction = 0;
    for (int bit = 0; bit < 32; bit++, rest <<= 1) {
        x.fraction <<= 1;
        if (rest >= by) {
            rest -= by;
            x.fraction |= 1;
        }
    }
    x.fraction |= rest != 0;
    x.exponent += BIAS - y.exponent;
    return nearest(normal(x));
}

static int compare(float a, float b, int unordered) {
    if (is_nan(a) || is_nan(b)) {
        return unordered;
    }
    int32_t x = bits_of(a), y = bits_of(b);
    x = x < 0 ? (int32_t)SIGN - x : x;
    y = y < 0 ? (int32_t)SIGN - y : y;
    return x < y ? -1 : x > y;
}

int __eqsf2(float a, float b) {
    return compare(a, b, 1);
}

int __nesf2(float a, float b) {
    return compare(a, b, 1);
}

int __ltsf2(float a, float b) {
    return compare(a, b, 1);
}

int __lesf2(float a, float b) {
    return compare(a, b, 1);
}

int __gtsf2(float a, float b) {
    return compare(a, b, -1);
}

int __gesf2(float a, float b) {
    return compare(a, b, -1);
}

int __unordsf2(float a, float b) {
    return is_nan(a) || is_nan(b);
}

uint32_t __fixunssfsi(float f) {
    if ((bits_of(f) & ~SIGN) < bits_of(1)) {
        return 0;
    }
    real_t r = real_of(f);
    uint32_t value = r.exponent > BIAS + 31 ? ~0u : r.fraction >> (BIAS + 31 - r.exponent);
    return r.sign ? -value : value;
}

int32_t __fixsfsi(float f) {
    return __fixunssfsi(f);
}

float __floatunsisf(uint32_t value) {
    return nearest(normal((real_t) { 0, BIAS + 31, value }));
}

float __floatsisf(int32_t value) {
    return nearest(normal((real_t) { value < 0 ? SIGN : 0, BIAS + 31, magnitude(value) }));
}

// Doubles, which are only converted -----------------------------------------------------------------------------------

enum { DOUBLE_BIAS = 1023 };

static double double_of(wide_t w) {
    union {
        uint64_t u;
        double d;
    } both = { w.all };
    return both.d;
}

double __extendsfdf2(float f) {
    real_t r = real_of(f);
    int exponent = is_special(f) ? 2047 : r.fraction ? r.exponent - BIAS + DOUBLE_BIAS : 0;
    wide_t w = { .low = r.fraction << 21, .high = r.sign | (uint32_t)exponent << 20 | (r.fraction & ~TOP) >> 11 };
    return double_of(w);
}

double __floatsidf(int32_t value) {
    real_t r = normal((real_t) { value < 0 ? SIGN : 0, BIAS + 31, magnitude(value) });
    int exponent = r.fraction ? r.exponent - BIAS + DOUBLE_BIAS : 0;
    wide_t w = { .low = r.fraction << 21, .high = r.sign | (uint32_t)exponent << 20 | (r.fraction & ~TOP) >> 11 };
    return double_of(w);
}

float __truncdfsf2(double d) {
    union {
        double d;
        wide_t w;
    } both = { d };
    wide_t w = both.w;
    int exponent = w.high >> 20 & 2047;
    if (exponent == 2047) {
        return float_of((w.high & SIGN) | (w.high << 12 || w.low ? NOT_A_NUMBER : INFINITE));
    }
    uint32_t fraction = exponent ? TOP | w.high << 11 | w.low >> 21 | (w.low << 11 != 0) : 0;
    return nearest((real_t) { w.high & SIGN, exponent - DOUBLE_BIAS + BIAS, fraction });
}
