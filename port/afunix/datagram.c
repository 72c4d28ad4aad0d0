// Datagrams to a name.
#include "call.h"

// sizeof(sun_path); a path's last byte is its end
enum { MOST = 108 };

// The socket of that name: a path (str), or an abstract name (bytes that begin with a NUL). NULL where there is none,
// and for whatever is to be made a name of before. Called with the kernel's lock held.
static af_endpoint_t *named(mp_obj_t name) {
    bool is_path = mp_obj_is_qstr(name) || AF_IS(name, &mp_type_str);
    if (!is_path && !AF_IS(name, &mp_type_bytes)) {
        return NULL;
    }
    GET_STR_DATA_LEN(name, text, length);
    if (!length || length + is_path > MOST || is_path != !memchr(text, 0, is_path ? length : 1)) {
        return NULL;
    }
    mp_obj_dict_t *names = MP_OBJ_TO_PTR(af_kept[is_path ? K_paths : K_abstract]);
    const mp_map_elem_t *found = mp_map_lookup(&names->map, name, MP_MAP_LOOKUP);
    return found != NULL && AF_IS_ENDPOINT(found->value) ? MP_OBJ_TO_PTR(found->value) : NULL;
}

static bool is_plain(const af_endpoint_t *self, uint32_t closed) {
    const mp_obj_t *field = self->field;
    bool is_open = field[E_kind] == AF_INT(AF_DGRAM) && !(AF_NUMBER(field[E_shut]) & closed);
    return is_open && field[E_options] == mp_const_none;
}

// Has `self` no other peer than `from`?
static bool takes_from(const af_endpoint_t *self, const af_endpoint_t *from) {
    mp_obj_t peer = self->field[E_peer];
    return peer == MP_OBJ_FROM_PTR(from) || (peer == mp_const_none && self->field[E_orphaned] == mp_const_false);
}

// Called with the kernel's lock held.
static int32_t post(af_socket_id_t self, const mp_buffer_info_t *data, mp_obj_t name) {
    const af_endpoint_t *from = self.endpoint;
    bool may_send = from->ring.control->serial == self.serial && from->field[E_error] == AF_INT(0);
    if (!may_send || !is_plain(from, AF_SHUT_SEND)) {
        return AF_NOT;
    }
    af_endpoint_t *to = named(name);
    if (to == NULL || !is_plain(to, AF_SHUT_RECEIVE) || !takes_from(to, from)) {
        return AF_NOT;
    }
    bool done = af_append_packet(to, from->field[E_origin], mp_const_none, data->buf, data->len);
    return done ? (int32_t)data->len : AF_NOT;
}

static mp_obj_t handle_sendto(size_t n_args, const mp_obj_t *args) {
    mp_buffer_info_t data;
    mp_obj_t lock = af_kept[K_lock];
    if (n_args == 3 && lock != MP_OBJ_NULL && af_bytes_of(args[1], &data, MP_BUFFER_READ)) {
        af_socket_id_t self = af_socket_of(args[0]);
        if (af_section_enter(lock)) {
            int32_t done = post(self, &data, args[2]);
            af_section_leave(lock);
            if (done >= 0) {
                return AF_INT(done);
            }
        }
    }
    return af_ask(args[0], MP_QSTR__sendto, n_args - 1, 0, args + 1);
}
MP_DEFINE_CONST_FUN_OBJ_VAR_BETWEEN(af_sendto_obj, 3, 4, handle_sendto);
