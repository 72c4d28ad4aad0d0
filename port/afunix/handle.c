#include "binding.h"

enum { ALWAYS = AF_ERR | AF_HUP | AF_NVAL }; // events reported without being asked for
enum { MOST_ARGUMENTS = 12 };

static mp_obj_t whole_of(mp_obj_t self_in) {
    const af_handle_t *self = MP_OBJ_TO_PTR(self_in);
    return self->whole == MP_OBJ_NULL ? self_in : self->whole;
}

static bool is_endpoint(mp_obj_t object) {
    return (const void *)mp_obj_get_type(object) == &af.endpoint_type;
}

static af_endpoint_t *endpoint_of(mp_obj_t self_in) {
    const af_handle_t *self = MP_OBJ_TO_PTR(self_in);
    mp_obj_t ep = self->field[H_ep];
    if (self->whole != MP_OBJ_NULL) {
        ep = mp_load_attr(self->whole, MP_QSTR__ep);
        if (!is_endpoint(ep)) {
            mp_raise_TypeError(NULL);
        }
    }
    return MP_OBJ_TO_PTR(ep);
}

// The stream protocol is given an instance of a subclass as it is; its native part is the first thing it holds.
static mp_obj_t native_of(mp_obj_t self) {
    const void *type = mp_obj_get_type(self);
    if (type == &af.socket_type || type == &af.handle_type) {
        return self;
    }
    return ((mp_obj_instance_t *)MP_OBJ_TO_PTR(self))->subobj[0];
}

// The bytes of `object`, where it is bytes, bytearray or memoryview.
static bool plain(mp_obj_t object, mp_buffer_info_t *buffer, mp_uint_t access) {
    const mp_obj_type_t *type = mp_obj_get_type(object);
    if (type != af_bytes && type != af_bytearray && type != af_memoryview) {
        return false;
    }
    return mp_get_buffer(object, buffer, access);
}

// What Python is given for `object`: it counts items, so those must be bytes.
static mp_obj_t as_bytes(mp_obj_t object, const mp_buffer_info_t *buffer) {
    int code = buffer->typecode;
    if (code == 'B' || code == 'b' || code == BYTEARRAY_TYPECODE) {
        return object;
    }
    return mp_obj_new_bytearray_by_ref(buffer->len, buffer->buf);
}

// Everything else is for the methods of lib/afunix/socket.py.
static mp_obj_t ask(mp_obj_t self, qstr name, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_obj_t call[2 + MOST_ARGUMENTS];
    if (n_args + 2 * n_kw > MOST_ARGUMENTS) {
        mp_raise_TypeError(MP_ERROR_TEXT("too many arguments"));
    }
    mp_load_method(whole_of(self), name, call);
    for (size_t i = 0; i < n_args + 2 * n_kw; i++) {
        call[2 + i] = args[i];
    }
    return mp_call_method_n_kw(n_args, n_kw, call);
}

static mp_obj_t ask_3(mp_obj_t self, qstr name, mp_obj_t a, mp_obj_t b, mp_obj_t c) {
    mp_obj_t args[] = { a, b, c };
    return ask(self, name, 3, 0, args);
}

static mp_obj_t argument(size_t n_args, const mp_obj_t *args, size_t i, mp_int_t otherwise) {
    return n_args > i ? args[i] : AF_INT(otherwise);
}

// Sends

static mp_obj_t handle_send(size_t n_args, const mp_obj_t *args) {
    mp_obj_t data = args[1], flags = argument(n_args, args, 2, 0);
    mp_buffer_info_t buffer;
    int32_t done = AF_NOT;
    if (flags == AF_INT(0) && plain(data, &buffer, MP_BUFFER_READ)) {
        done = af_put(endpoint_of(args[0]), buffer.buf, buffer.len, true);
        if (done > 0 && (size_t)done == buffer.len) {
            return AF_INT(done);
        }
        data = as_bytes(data, &buffer);
    }
    return ask_3(args[0], MP_QSTR__send, data, AF_INT(done), flags);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(send_obj, 2, 3, handle_send);

static mp_obj_t write_bytes(mp_obj_t self, mp_obj_t data, const mp_buffer_info_t *buffer) {
    int32_t done = af_put(endpoint_of(self), buffer->buf, buffer->len, true);
    if (done > 0 && (size_t)done == buffer->len) {
        return AF_INT(done);
    }
    mp_obj_t args[] = { as_bytes(data, buffer), AF_INT(0), AF_INT(buffer->len), AF_INT(done) };
    return ask(self, MP_QSTR__write, 4, 0, args);
}

static mp_obj_t handle_write(size_t n_args, const mp_obj_t *args) {
    mp_obj_t data = args[1];
    mp_buffer_info_t buffer;
    if (n_args == 2 && plain(data, &buffer, MP_BUFFER_READ)) {
        return write_bytes(args[0], data, &buffer);
    }
    mp_obj_t first = argument(n_args, args, 2, -1), second = argument(n_args, args, 3, -1);
    return ask_3(args[0], MP_QSTR__write_part, data, first, second);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(write_obj, 2, 4, handle_write);

static mp_obj_t handle_try_write(mp_obj_t self, mp_obj_t data) {
    mp_buffer_info_t buffer;
    int32_t done = 0;
    if (plain(data, &buffer, MP_BUFFER_READ)) {
        done = af_put(endpoint_of(self), buffer.buf, buffer.len, false);
    }
    return AF_INT(done > 0 ? done : 0);
}
static MP_DEFINE_CONST_FUN_OBJ_2(try_write_obj, handle_try_write);

// Receives

static bool is_count(mp_obj_t object, size_t most) {
    return mp_obj_is_small_int(object) && AF_NUMBER(object) > 0 && (size_t)AF_NUMBER(object) <= most;
}

static mp_obj_t handle_recv_into(size_t n_args, const mp_obj_t *args, mp_map_t *kw_args) {
    mp_obj_t into = args[1];
    mp_buffer_info_t buffer;
    if (n_args < 4 && !kw_args->used && plain(into, &buffer, MP_BUFFER_WRITE)) {
        size_t n = buffer.len;
        if (n && (n_args == 2 || is_count(args[2], n))) {
            n = n_args == 2 ? n : (size_t)AF_NUMBER(args[2]);
            int32_t done = af_take(endpoint_of(args[0]), buffer.buf, n, 0, true);
            if (done >= 0) {
                return AF_INT(done);
            }
        }
        into = as_bytes(into, &buffer);
        return ask_3(args[0], MP_QSTR__receive_into, into, argument(n_args, args, 2, 0), AF_INT(0));
    }
    // The arguments by keyword follow the others, in pairs.
    return ask(args[0], MP_QSTR__receive_into, n_args - 1, kw_args->used, args + 1);
}
static MP_DEFINE_CONST_FUN_OBJ_KW(recv_into_obj, 2, handle_recv_into);

// A bytes object of `n` bytes to be filled.
static mp_obj_str_t *blank(size_t n) {
    mp_obj_str_t *made = mp_obj_malloc(mp_obj_str_t, af_bytes);
    uint8_t *bytes = m_malloc(n + 1);
    bytes[n] = 0;
    made->hash = 0; // to be computed when it is needed
    made->len = n;
    made->data = bytes;
    return made;
}

// Up to `n` bytes, at least `least`, or one packet. MP_OBJ_NULL where that is not the plain case.
static mp_obj_t taken(af_endpoint_t *ep, size_t n, size_t least) {
    int32_t there = af_is_stream(ep) ? (int32_t)af_ring_used(&ep->ring) : af_ring_first_length(&ep->ring);
    if (ep->ring.attention || there <= 0 || (size_t)there < least) {
        return MP_OBJ_NULL;
    }
    mp_obj_str_t *made = blank(n < (size_t)there ? n : (size_t)there);
    int32_t done = af_take(ep, (uint8_t *)made->data, made->len, least, true);
    if (done < 0) {
        return MP_OBJ_NULL;
    }
    made->len = done;
    return MP_OBJ_FROM_PTR(made);
}

static mp_obj_t handle_recv(size_t n_args, const mp_obj_t *args) {
    mp_obj_t flags = argument(n_args, args, 2, 0);
    if (flags == AF_INT(0) && is_count(args[1], SIZE_MAX)) {
        mp_obj_t data = taken(endpoint_of(args[0]), AF_NUMBER(args[1]), 0);
        if (data != MP_OBJ_NULL) {
            return data;
        }
    }
    return ask(args[0], MP_QSTR__receive, 2, 0, (mp_obj_t[]) { args[1], flags });
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(recv_obj, 2, 3, handle_recv);

static mp_obj_t handle_read(size_t n_args, const mp_obj_t *args) {
    af_endpoint_t *ep = endpoint_of(args[0]);
    mp_obj_t n = argument(n_args, args, 1, -1);
    if (af_is_stream(ep) && is_count(n, ep->ring.size)) {
        mp_obj_t data = taken(ep, AF_NUMBER(n), AF_NUMBER(n));
        if (data != MP_OBJ_NULL) {
            return data;
        }
    }
    return ask(args[0], MP_QSTR__read, 1, 0, &n);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(read_obj, 1, 2, handle_read);

static mp_obj_t whole_line(af_endpoint_t *ep, size_t most) {
    size_t n = af_ring_find(&ep->ring, '\n', most);
    if (!n || ep->ring.attention) {
        return MP_OBJ_NULL;
    }
    mp_obj_str_t *made = blank(n);
    uint8_t *bytes = (uint8_t *)made->data;
    bool ends = n == most;
    if (!ends) {
        af_ring_peek(&ep->ring, bytes, 1, n - 1);
        ends = bytes[0] == '\n';
    }
    if (!ends || af_take_line(ep, bytes, n, true) < 0) {
        return MP_OBJ_NULL;
    }
    return MP_OBJ_FROM_PTR(made);
}

static mp_obj_t handle_readline(size_t n_args, const mp_obj_t *args) {
    af_endpoint_t *ep = endpoint_of(args[0]);
    mp_obj_t n = argument(n_args, args, 1, -1);
    if (af_is_stream(ep) && mp_obj_is_small_int(n) && n != AF_INT(0)) {
        mp_obj_t line = whole_line(ep, AF_NUMBER(n) < 0 ? SIZE_MAX : (size_t)AF_NUMBER(n));
        if (line != MP_OBJ_NULL) {
            return line;
        }
    }
    return ask(args[0], MP_QSTR__readline, 1, 0, &n);
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(readline_obj, 1, 2, handle_readline);

static mp_obj_t read_bytes(mp_obj_t self, mp_obj_t into, const mp_buffer_info_t *buffer) {
    if (!buffer->len) {
        return AF_INT(0);
    }
    int32_t done = af_take(endpoint_of(self), buffer->buf, buffer->len, 0, true);
    if (done >= 0 && (size_t)done == buffer->len) {
        return AF_INT(done);
    }
    return ask_3(self, MP_QSTR__read_into, into, AF_INT(buffer->len), AF_INT(done));
}

static mp_obj_t handle_readinto(size_t n_args, const mp_obj_t *args) {
    mp_obj_t into = args[1];
    mp_buffer_info_t buffer;
    if (n_args == 2 && plain(into, &buffer, MP_BUFFER_WRITE)) {
        return read_bytes(args[0], as_bytes(into, &buffer), &buffer);
    }
    return ask_3(args[0], MP_QSTR__read_into, into, argument(n_args, args, 2, -1), AF_INT(AF_NOT));
}
static MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(readinto_obj, 2, 3, handle_readinto);

static mp_obj_t handle_try_readinto(mp_obj_t self, mp_obj_t into) {
    mp_buffer_info_t buffer;
    int32_t done = 0;
    if (plain(into, &buffer, MP_BUFFER_WRITE) && buffer.len) {
        done = af_take(endpoint_of(self), buffer.buf, buffer.len, 0, false);
    }
    return AF_INT(done > 0 ? done : 0);
}
static MP_DEFINE_CONST_FUN_OBJ_2(try_readinto_obj, handle_try_readinto);

// The stream protocol

static mp_uint_t stream_result(mp_obj_t result, int *errcode) {
    if (result == mp_const_none) {
        *errcode = MP_EAGAIN;
        return MP_STREAM_ERROR;
    }
    return mp_obj_get_int(result);
}

static mp_uint_t stream_read(mp_obj_t self, void *buf, mp_uint_t size, int *errcode) {
    self = native_of(self);
    int32_t done = af_take(endpoint_of(self), buf, size, 0, true);
    if (done >= 0 && (mp_uint_t)done == size) {
        return done;
    }
    mp_obj_t into = mp_obj_new_bytearray_by_ref(size, buf);
    return stream_result(ask_3(self, MP_QSTR__read_into, into, AF_INT(size), AF_INT(done)), errcode);
}

static mp_uint_t stream_write(mp_obj_t self, const void *buf, mp_uint_t size, int *errcode) {
    self = native_of(self);
    int32_t done = af_put(endpoint_of(self), buf, size, true);
    if (done > 0 && (mp_uint_t)done == size) {
        return done;
    }
    mp_obj_t data = mp_obj_new_bytearray_by_ref(size, (void *)buf);
    mp_obj_t args[] = { data, AF_INT(0), AF_INT(size), AF_INT(done) };
    return stream_result(ask(self, MP_QSTR__write, 4, 0, args), errcode);
}

static mp_uint_t stream_ioctl(mp_obj_t self, mp_uint_t request, uintptr_t argument, int *errcode) {
    self = native_of(self);
    switch (request) {
        case MP_STREAM_POLL:
            return af_events(endpoint_of(self)) & (argument | ALWAYS);
        case MP_STREAM_CLOSE:
            ask(self, MP_QSTR_close, 0, 0, NULL);
            return 0;
        default:
            *errcode = MP_EINVAL;
            return MP_STREAM_ERROR;
    }
}

const mp_stream_p_t af_handle_stream = {
    .read = stream_read,
    .write = stream_write,
    .ioctl = stream_ioctl,
};

static mp_obj_t handle_ioctl(mp_obj_t self, mp_obj_t request, mp_obj_t argument) {
    int errcode;
    mp_uint_t result = stream_ioctl(self, mp_obj_get_int(request), mp_obj_get_int(argument), &errcode);
    return AF_INT(result == MP_STREAM_ERROR ? -errcode : (mp_int_t)result);
}
static MP_DEFINE_CONST_FUN_OBJ_3(ioctl_obj, handle_ioctl);

// The object

static af_handle_t *new_handle(const mp_obj_type_t *type, mp_obj_t whole) {
    // The collector calls __del__ of what has a finaliser. A native module cannot ask for that, and a part of something
    // has none: the whole may be gone before it.
    #if MICROPY_ENABLE_DYNRUNTIME
    af_handle_t *self = mp_obj_malloc(af_handle_t, type);
    #else
    af_handle_t *self = whole == MP_OBJ_NULL
        ? mp_obj_malloc_with_finaliser(af_handle_t, type)
        : mp_obj_malloc(af_handle_t, type);
    #endif
    self->whole = whole;
    for (int i = 0; i < H_COUNT; i++) {
        self->field[i] = MP_OBJ_NULL;
    }
    self->others = MP_OBJ_NULL;
    return self;
}

// Python has no use for a Handle that is not part of something: there it would be a class without __init__.
mp_obj_t af_handle_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    (void)type;
    (void)n_args;
    (void)n_kw;
    (void)args;
    mp_raise_TypeError(MP_ERROR_TEXT("use socket"));
    return mp_const_none;
}

// attach(whole): give an object of a subclass its native part.
mp_obj_t af_handle_attach(mp_obj_t whole) {
    af_handle_t *native = new_handle((const mp_obj_type_t *)&af.handle_type, whole);
    ((mp_obj_instance_t *)MP_OBJ_TO_PTR(whole))->subobj[0] = MP_OBJ_FROM_PTR(native);
    return whole;
}

mp_obj_t af_socket_make_new(const mp_obj_type_t *type, size_t n_args, size_t n_kw, const mp_obj_t *args) {
    mp_obj_t call[1 + MOST_ARGUMENTS];
    if (n_args + 2 * n_kw > MOST_ARGUMENTS) {
        mp_raise_TypeError(MP_ERROR_TEXT("too many arguments"));
    }
    call[0] = MP_OBJ_FROM_PTR(new_handle(type, MP_OBJ_NULL));
    for (size_t i = 0; i < n_args + 2 * n_kw; i++) {
        call[1 + i] = args[i];
    }
    mp_call_function_n_kw(af_kept[K_init], n_args + 1, n_kw, call);
    return call[0];
}

void af_socket_print(const mp_print_t *print, mp_obj_t self, mp_print_kind_t kind) {
    (void)kind;
    mp_printf(print, "%s", mp_obj_str_get_str(ask(self, MP_QSTR___repr__, 0, 0, NULL)));
}

// The value of `attr` in a list of names and values.
static mp_obj_t *find(mp_obj_t names_and_values, qstr attr) {
    if (names_and_values != MP_OBJ_NULL) {
        const mp_obj_list_t *list = MP_OBJ_TO_PTR(names_and_values);
        for (size_t i = 0; i < list->len; i += 2) {
            if (list->items[i] == MP_OBJ_NEW_QSTR(attr)) {
                return &list->items[i + 1];
            }
        }
    }
    return NULL;
}

static mp_obj_t *value_of(af_handle_t *self, qstr attr) {
    for (int i = 0; i < H_COUNT; i++) {
        if (af.handle_names[i] == attr) {
            return &self->field[i];
        }
    }
    return find(self->others, attr);
}

static bool is_method(const af_handle_t *self, qstr attr) {
    uint32_t bit = attr % AF_FILTER_BITS;
    return self->others == MP_OBJ_NULL && !(af.filter[bit / 32] & 1u << bit % 32);
}

static void load(af_handle_t *self, qstr attr, mp_obj_t *dest) {
    if (is_method(self, attr)) {
        dest[1] = MP_OBJ_SENTINEL;
        return;
    }
    const mp_obj_t *value = value_of(self, attr);
    const mp_obj_t *getter = value == NULL ? find(af_kept[K_properties], attr) : NULL;
    if (value != NULL && *value != MP_OBJ_NULL) {
        dest[0] = *value;
    } else if (getter != NULL) {
        mp_obj_t self_in = MP_OBJ_FROM_PTR(self);
        dest[0] = mp_call_function_n_kw(*getter, 1, 0, &self_in);
    } else {
        dest[1] = MP_OBJ_SENTINEL; // look in the type's dictionary
    }
}

static bool store(af_handle_t *self, qstr attr, mp_obj_t value) {
    mp_obj_t *place = value_of(self, attr);
    if (place == &self->field[H_ep] && !is_endpoint(value)) {
        return false;
    }
    if (place != NULL) {
        *place = value;
    } else if (find(af_kept[K_properties], attr) != NULL) {
        return false;
    } else {
        if (self->others == MP_OBJ_NULL) {
            self->others = mp_obj_new_list(0, NULL);
        }
        mp_obj_list_append(self->others, MP_OBJ_NEW_QSTR(attr));
        mp_obj_list_append(self->others, value);
    }
    return true;
}

void af_socket_attr(mp_obj_t self_in, qstr attr, mp_obj_t *dest) {
    af_handle_t *self = MP_OBJ_TO_PTR(self_in);
    if (dest[0] == MP_OBJ_NULL) {
        load(self, attr, dest);
    } else if (dest[1] != MP_OBJ_NULL && store(self, attr, dest[1])) {
        dest[0] = MP_OBJ_NULL; // done
    }
}

const void *const af_handle_methods[] = {
    &send_obj, &write_obj, &try_write_obj, &recv_into_obj, &recv_obj, &read_obj, &readline_obj, &readinto_obj,
    &try_readinto_obj, &ioctl_obj,
};
