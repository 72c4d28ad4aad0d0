// What binutils' libraries (GNU as, ld, objdump) and the tables of a processor agree on: the layout that a table has in
// memory. The names of types and constants are those that Debian's xtensa-modules.c is written in.
#ifndef AFUNIX_XTENSA_TABLES_H
#define AFUNIX_XTENSA_TABLES_H

#include <stdint.h>

#define ATTRIBUTE_UNUSED __attribute__((unused))

typedef uint32_t uint32;
typedef uint32_t *xtensa_insnbuf; // an instruction, in words

// Kinds of things are numbered.
typedef int xtensa_opcode, xtensa_regfile, xtensa_state, xtensa_sysreg, xtensa_interface, xtensa_funcUnit;

enum {
    XTENSA_OPERAND_IS_REGISTER = 1,
    XTENSA_OPERAND_IS_PCRELATIVE = 2,
    XTENSA_OPERAND_IS_INVISIBLE = 4,
};

enum {
    XTENSA_OPCODE_IS_BRANCH = 1,
    XTENSA_OPCODE_IS_JUMP = 2,
    XTENSA_OPCODE_IS_LOOP = 4,
    XTENSA_OPCODE_IS_CALL = 8,
};

typedef int (*xtensa_decode_fn)(const xtensa_insnbuf);
typedef uint32 (*xtensa_get_field_fn)(const xtensa_insnbuf);
typedef void (*xtensa_set_field_fn)(xtensa_insnbuf, uint32);
typedef void (*xtensa_opcode_encode_fn)(xtensa_insnbuf);

typedef const struct {
    const char *name;
    int length;
    void (*encode)(xtensa_insnbuf);
    int slot_count;
    const int *slots;
} xtensa_format_internal;

struct slot {
    const char *name, *format;
    int position;
    void (*get)(const xtensa_insnbuf, xtensa_insnbuf);
    void (*set)(xtensa_insnbuf, const xtensa_insnbuf);
    const xtensa_get_field_fn *get_field; // by field
    const xtensa_set_field_fn *set_field;
    xtensa_decode_fn decode;
    const char *nop;
};
typedef const struct slot xtensa_slot_internal;

struct operand {
    const char *name;
    int field;
    xtensa_regfile registers;
    int register_count;
    uint32 flags;
    int (*encode)(uint32 *);
    int (*decode)(uint32 *);
    int (*to_relative)(uint32 *, uint32);
    int (*to_absolute)(uint32 *, uint32);
};
typedef const struct operand xtensa_operand_internal;

typedef const struct {
    union {
        int operand;
        xtensa_state state;
    } what;
    char direction; // 'i', 'o' or 'm', for both
} xtensa_arg_internal;

struct iclass {
    int operand_count;
    xtensa_arg_internal *operands;
    int state_count;
    xtensa_arg_internal *states;
    int interface_count;
    xtensa_interface *interfaces;
};
typedef const struct iclass xtensa_iclass_internal;

struct opcode {
    const char *name;
    int iclass;
    uint32 flags;
    const xtensa_opcode_encode_fn *encode; // by slot
    int unit_count;
    void *units;
};
typedef const struct opcode xtensa_opcode_internal;

typedef const struct {
    const char *name, *short_name;
    xtensa_regfile parent;
    int bits, count;
} xtensa_regfile_internal;

typedef const struct {
    const char *name;
    int bits;
    uint32 flags;
    int class;
    char direction;
} xtensa_interface_internal;

typedef const struct {
    const char *name;
    int count;
} xtensa_funcUnit_internal;

typedef const struct {
    const char *name;
    int bits;
    uint32 flags;
} xtensa_state_internal;

struct sysreg {
    const char *name;
    int number, is_user;
};
typedef const struct sysreg xtensa_sysreg_internal;

// The lookups are binutils' to fill in.
typedef struct {
    int is_big_endian, longest, words;
    int format_count;
    xtensa_format_internal *formats;
    xtensa_decode_fn decode_format;
    int (*decode_length)(const unsigned char *);
    int slot_count;
    xtensa_slot_internal *slots;
    int field_count;
    int operand_count;
    xtensa_operand_internal *operands;
    int iclass_count;
    xtensa_iclass_internal *iclasses;
    int opcode_count;
    xtensa_opcode_internal *opcodes;
    void *opcode_lookup;
    int regfile_count;
    xtensa_regfile_internal *regfiles;
    int state_count;
    xtensa_state_internal *states;
    void *state_lookup;
    int sysreg_count;
    xtensa_sysreg_internal *sysregs;
    void *sysreg_lookup;
    int last_sysreg[2];
    xtensa_sysreg *sysregs_by_number[2];
    int interface_count;
    xtensa_interface_internal *interfaces;
    void *interface_lookup;
    int unit_count;
    xtensa_funcUnit_internal *units;
    void *unit_lookup;
} xtensa_isa_internal;

#endif
