// A dynconfig library (XTENSA_GNU_CONFIG=) that teaches Debian's tools for the LX106, the core of an ESP8266, the
// instructions of register windows. An ESP32 and an ESP32-S3 have all others of an LX106 too, so what is assembled
// with it runs there. The LX106's own tables come from Debian's source package; see firmware/xtensa.lock.
#include "tables.h"
#include "xtensa-modules.c"

#include "xtensa-config.h"

#include <string.h>

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

// Operands ------------------------------------------------------------------------------------------------------------

// The registers that a call puts the return address into: no bits of the instruction say which.
static uint32 always_4(const xtensa_insnbuf insn ATTRIBUTE_UNUSED) {
    return 4;
}

static uint32 always_8(const xtensa_insnbuf insn ATTRIBUTE_UNUSED) {
    return 8;
}

static uint32 always_12(const xtensa_insnbuf insn ATTRIBUTE_UNUSED) {
    return 12;
}

static uint32 frame_get(const xtensa_insnbuf insn) {
    return insn[0] >> 12 & 0xfff;
}

static void frame_set(xtensa_insnbuf insn, uint32 value) {
    insn[0] = (insn[0] & ~0xfff000u) | (value & 0xfff) << 12;
}

// How many bytes `entry` makes room for.
static int frame_encode(uint32 *value) {
    int is_bad = *value & ~(0xfffu << 3);
    *value >>= 3;
    return is_bad != 0;
}

static int frame_decode(uint32 *value) {
    *value <<= 3;
    return 0;
}

// Where an overflow handler stores: -64 to -4, in words.
static int below_encode(uint32 *value) {
    int is_bad = (*value & 3) != 0 || *value < (uint32)-64;
    *value = *value >> 2 & 15;
    return is_bad;
}

static int below_decode(uint32 *value) {
    *value = (*value | ~15u) << 2;
    return 0;
}

// How far `rotw` turns: -8 to 7.
static int turn_encode(uint32 *value) {
    int is_bad = *value + 8 > 15;
    *value &= 15;
    return is_bad;
}

static int turn_decode(uint32 *value) {
    *value = (*value ^ 8) - 8;
    return 0;
}

enum { OLD_FIELDS = FIELD__ar0 + 1, AR4_FIELD = OLD_FIELDS, AR8_FIELD, AR12_FIELD, FRAME_FIELD, ALL_FIELDS };
enum { OLD_OPERANDS = COUNT(operands), AR4 = OLD_OPERANDS, AR8, AR12, FRAME, BELOW, TURN, ALL_OPERANDS };

#define RETURN_ADDRESS(name, field) \
    { name, \
      field, \
      REGFILE_AR, \
      1, \
      XTENSA_OPERAND_IS_REGISTER | XTENSA_OPERAND_IS_INVISIBLE, \
      Operand_ar0_encode, \
      Operand_ar0_decode, \
      0, \
      0 }

static const struct operand more_operands[] = {
    RETURN_ADDRESS("ar4", AR4_FIELD),
    RETURN_ADDRESS("ar8", AR8_FIELD),
    RETURN_ADDRESS("ar12", AR12_FIELD),
    { "frame", FRAME_FIELD, -1, 0, 0, frame_encode, frame_decode, 0, 0 },
    { "below", FIELD_r, -1, 0, 0, below_encode, below_decode, 0, 0 },
    { "turn", FIELD_t, -1, 0, 0, turn_encode, turn_decode, 0, 0 },
};

// Opcodes -------------------------------------------------------------------------------------------------------------

static xtensa_arg_internal entry_args[] = { { { OPERAND_ars }, 'i' }, { { FRAME }, 'i' } };
static xtensa_arg_internal call4_args[] = { { { OPERAND_soffsetx4 }, 'i' }, { { AR4 }, 'o' } };
static xtensa_arg_internal call8_args[] = { { { OPERAND_soffsetx4 }, 'i' }, { { AR8 }, 'o' } };
static xtensa_arg_internal call12_args[] = { { { OPERAND_soffsetx4 }, 'i' }, { { AR12 }, 'o' } };
static xtensa_arg_internal callx4_args[] = { { { OPERAND_ars }, 'i' }, { { AR4 }, 'o' } };
static xtensa_arg_internal callx8_args[] = { { { OPERAND_ars }, 'i' }, { { AR8 }, 'o' } };
static xtensa_arg_internal callx12_args[] = { { { OPERAND_ars }, 'i' }, { { AR12 }, 'o' } };
static xtensa_arg_internal movsp_args[] = { { { OPERAND_art }, 'o' }, { { OPERAND_ars }, 'i' } };
static xtensa_arg_internal l32e_args[] = { { { OPERAND_art }, 'o' }, { { OPERAND_ars }, 'i' }, { { BELOW }, 'i' } };
static xtensa_arg_internal s32e_args[] = { { { OPERAND_art }, 'i' }, { { OPERAND_ars }, 'i' }, { { BELOW }, 'i' } };
static xtensa_arg_internal turn_args[] = { { { TURN }, 'i' } };
static xtensa_arg_internal read_args[] = { { { OPERAND_art }, 'o' } };
static xtensa_arg_internal write_args[] = { { { OPERAND_art }, 'i' } };
static xtensa_arg_internal return_args[] = { { { OPERAND__ars_invisible }, 'i' } };
static xtensa_arg_internal no_args[1];

enum { SLOT_24, SLOT_16B = 2, SLOTS = COUNT(slots) };
#define SPECIAL(number) ((number) << 8)
enum { WINDOWBASE = 72, WINDOWSTART = 73 };

// name in C, name, slot, bits of the opcode, bits that are not its operands', flags, operands
// clang-format off
#define WINDOWED(X) \
    X(entry,   "entry",   SLOT_24,  0x000036, 0x0000ff, 0, entry_args, 2) \
    X(call4,   "call4",   SLOT_24,  0x000015, 0x00003f, XTENSA_OPCODE_IS_CALL, call4_args, 2) \
    X(call8,   "call8",   SLOT_24,  0x000025, 0x00003f, XTENSA_OPCODE_IS_CALL, call8_args, 2) \
    X(call12,  "call12",  SLOT_24,  0x000035, 0x00003f, XTENSA_OPCODE_IS_CALL, call12_args, 2) \
    X(callx4,  "callx4",  SLOT_24,  0x0000d0, 0xfff0ff, XTENSA_OPCODE_IS_CALL, callx4_args, 2) \
    X(callx8,  "callx8",  SLOT_24,  0x0000e0, 0xfff0ff, XTENSA_OPCODE_IS_CALL, callx8_args, 2) \
    X(callx12, "callx12", SLOT_24,  0x0000f0, 0xfff0ff, XTENSA_OPCODE_IS_CALL, callx12_args, 2) \
    X(retw,    "retw",    SLOT_24,  0x000090, 0xffffff, XTENSA_OPCODE_IS_JUMP, return_args, 1) \
    X(retw_n,  "retw.n",  SLOT_16B, 0x00f01d, 0x00ffff, XTENSA_OPCODE_IS_JUMP, return_args, 1) \
    X(movsp,   "movsp",   SLOT_24,  0x001000, 0xfff00f, 0, movsp_args, 2) \
    X(l32e,    "l32e",    SLOT_24,  0x090000, 0xff000f, 0, l32e_args, 3) \
    X(s32e,    "s32e",    SLOT_24,  0x490000, 0xff000f, 0, s32e_args, 3) \
    X(rotw,    "rotw",    SLOT_24,  0x408000, 0xffff0f, 0, turn_args, 1) \
    X(rfwo,    "rfwo",    SLOT_24,  0x003400, 0xffffff, XTENSA_OPCODE_IS_JUMP, no_args, 0) \
    X(rfwu,    "rfwu",    SLOT_24,  0x003500, 0xffffff, XTENSA_OPCODE_IS_JUMP, no_args, 0) \
    X(rsr_wb,  "rsr.windowbase",  SLOT_24, 0x030000 | SPECIAL(WINDOWBASE),  0xffff0f, 0, read_args, 1) \
    X(wsr_wb,  "wsr.windowbase",  SLOT_24, 0x130000 | SPECIAL(WINDOWBASE),  0xffff0f, 0, write_args, 1) \
    X(rsr_ws,  "rsr.windowstart", SLOT_24, 0x030000 | SPECIAL(WINDOWSTART), 0xffff0f, 0, read_args, 1) \
    X(wsr_ws,  "wsr.windowstart", SLOT_24, 0x130000 | SPECIAL(WINDOWSTART), 0xffff0f, 0, write_args, 1)
// clang-format on

#define ENCODE(id, name, slot, bits, ...) \
    static void encode_##id(xtensa_insnbuf insn) { \
        insn[0] = bits; \
    } \
    static const xtensa_opcode_encode_fn encode_fns_##id[SLOTS] = { [slot] = encode_##id };
WINDOWED(ENCODE)

static const struct {
    const char *name;
    int slot;
    uint32 bits, mask, flags;
    xtensa_arg_internal *args;
    int arg_count;
    const xtensa_opcode_encode_fn *encode;
} windowed[] = {
#define ROW(id, name, slot, bits, mask, flags, args, arg_count) \
    { name, slot, bits, mask, flags, args, arg_count, encode_fns_##id },
    WINDOWED(ROW)
};

static int decode_windowed(int slot, const xtensa_insnbuf insn) {
    for (int i = 0; i < COUNT(windowed); i++) {
        if (windowed[i].slot == slot && (insn[0] & windowed[i].mask) == windowed[i].bits) {
            return COUNT(opcodes) + i;
        }
    }
    return -1;
}

static int decode_24(const xtensa_insnbuf insn) {
    int found = decode_windowed(SLOT_24, insn);
    return found >= 0 ? found : Slot_inst_decode(insn);
}

static int decode_16b(const xtensa_insnbuf insn) {
    int found = decode_windowed(SLOT_16B, insn);
    return found >= 0 ? found : Slot_inst16b_decode(insn);
}

// All together --------------------------------------------------------------------------------------------------------

static xtensa_get_field_fn get_fields[SLOTS][ALL_FIELDS];
static xtensa_set_field_fn set_fields[SLOTS][ALL_FIELDS];
static struct slot all_slots[SLOTS];
static struct operand all_operands[ALL_OPERANDS];
static struct iclass all_iclasses[COUNT(iclasses) + COUNT(windowed)];
static struct opcode all_opcodes[COUNT(opcodes) + COUNT(windowed)];
static struct sysreg all_sysregs[COUNT(sysregs) + 2];

static void add_fields(int slot) {
    memcpy(get_fields[slot], slots[slot].get_field, OLD_FIELDS * sizeof(xtensa_get_field_fn));
    memcpy(set_fields[slot], slots[slot].set_field, OLD_FIELDS * sizeof(xtensa_set_field_fn));
    get_fields[slot][AR4_FIELD] = always_4;
    get_fields[slot][AR8_FIELD] = always_8;
    get_fields[slot][AR12_FIELD] = always_12;
    for (int field = AR4_FIELD; field <= AR12_FIELD; field++) {
        set_fields[slot][field] = Implicit_Field_set;
    }
    if (slot == SLOT_24) {
        get_fields[slot][FRAME_FIELD] = frame_get;
        set_fields[slot][FRAME_FIELD] = frame_set;
    }
    all_slots[slot].get_field = get_fields[slot];
    all_slots[slot].set_field = set_fields[slot];
}

static void add_opcode(int i) {
    int iclass = COUNT(iclasses) + i;
    all_iclasses[iclass] = (struct iclass) { windowed[i].arg_count, windowed[i].args, 0, 0, 0, 0 };
    all_opcodes[COUNT(opcodes) + i] =
        (struct opcode) { windowed[i].name, iclass, windowed[i].flags, windowed[i].encode, 0, 0 };
}

__attribute__((constructor)) static void add_windows(void) {
    memcpy(all_slots, slots, sizeof(slots));
    for (int slot = 0; slot < SLOTS; slot++) {
        add_fields(slot);
    }
    all_slots[SLOT_24].decode = decode_24;
    all_slots[SLOT_16B].decode = decode_16b;
    memcpy(all_operands, operands, sizeof(operands));
    memcpy(all_operands + OLD_OPERANDS, more_operands, sizeof(more_operands));
    memcpy(all_iclasses, iclasses, sizeof(iclasses));
    memcpy(all_opcodes, opcodes, sizeof(opcodes));
    for (int i = 0; i < COUNT(windowed); i++) {
        add_opcode(i);
    }
    memcpy(all_sysregs, sysregs, sizeof(sysregs));
    all_sysregs[COUNT(sysregs)] = (struct sysreg) { "WINDOWBASE", WINDOWBASE, 0 };
    all_sysregs[COUNT(sysregs) + 1] = (struct sysreg) { "WINDOWSTART", WINDOWSTART, 0 };
    xtensa_modules.slots = all_slots;
    xtensa_modules.field_count = ALL_FIELDS;
    xtensa_modules.operands = all_operands;
    xtensa_modules.operand_count = COUNT(all_operands);
    xtensa_modules.iclasses = all_iclasses;
    xtensa_modules.iclass_count = COUNT(all_iclasses);
    xtensa_modules.opcodes = all_opcodes;
    xtensa_modules.opcode_count = COUNT(all_opcodes);
    xtensa_modules.sysregs = all_sysregs;
    xtensa_modules.sysreg_count = COUNT(all_sysregs);
}

// What the core has, a number each, in the order of binutils and of GCC from version 13 on ----------------------------

enum { HAS = 1, NO = 0, WINDOWED_ABI = XTHAL_ABI_WINDOWED };

const int xtensa_config_v1[] = {
    XCHAL_HAVE_BE,
    XCHAL_HAVE_DENSITY,
    XCHAL_HAVE_CONST16,
    XCHAL_HAVE_ABS,
    XCHAL_HAVE_ADDX,
    XCHAL_HAVE_L32R,
    XSHAL_USE_ABSOLUTE_LITERALS,
    NO, // literals in the text section, unless asked for
    XCHAL_HAVE_MAC16,
    XCHAL_HAVE_MUL16,
    XCHAL_HAVE_MUL32,
    XCHAL_HAVE_MUL32_HIGH,
    XCHAL_HAVE_DIV32,
    XCHAL_HAVE_NSA,
    XCHAL_HAVE_MINMAX,
    XCHAL_HAVE_SEXT,
    XCHAL_HAVE_LOOPS,
    XCHAL_HAVE_THREADPTR,
    XCHAL_HAVE_RELEASE_SYNC,
    XCHAL_HAVE_S32C1I,
    XCHAL_HAVE_BOOLEANS,
    // Floating point, of single and of double precision.
    NO,
    NO,
    NO,
    NO,
    NO,
    NO,
    NO,
    NO,
    NO,
    NO,
    NO,
    HAS, // windows
    32, // registers, of which an ESP32 has 64
    XCHAL_HAVE_WIDE_BRANCHES,
    XCHAL_HAVE_PREDICTED_BRANCHES,
    XCHAL_ICACHE_SIZE,
    XCHAL_DCACHE_SIZE,
    XCHAL_ICACHE_LINESIZE,
    XCHAL_DCACHE_LINESIZE,
    XCHAL_ICACHE_LINEWIDTH,
    XCHAL_DCACHE_LINEWIDTH,
    XCHAL_DCACHE_IS_WRITEBACK,
    XCHAL_HAVE_MMU,
    1, // the smallest page, of no meaning without a memory management unit
    XCHAL_HAVE_DEBUG,
    XCHAL_NUM_IBREAK,
    XCHAL_NUM_DBREAK,
    XCHAL_DEBUGLEVEL,
    XCHAL_MAX_INSTRUCTION_SIZE,
    XCHAL_INST_FETCH_WIDTH,
    WINDOWED_ABI,
    XTHAL_ABI_WINDOWED,
    XTHAL_ABI_CALL0,
};

// Pipeline stage of loads, newest and oldest architecture: unknown.
const int xtensa_config_v2[] = { NO, NO, NO };
// clamps, depbits, exclusive access, exceptions of LX8.
const int xtensa_config_v3[] = { NO, NO, NO, NO };
// Bytes of a memory access; unaligned loads and stores raise exceptions, and are not done by the hardware.
const int xtensa_config_v4[] = { 4, HAS, HAS, NO, NO };
// What GCC predefines as macros of all this: nothing here looks at them.
const char *const xtensa_config_strings[] = { 0 };

// GCC asks for this symbol: MIT is a licence that is compatible with its own, as is that of the tables.
const int plugin_is_GPL_compatible = 1;
