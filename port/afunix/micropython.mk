# The user C module for the ports that use make: USER_C_MODULES is the absolute path of the directory above this one.
AFUNIX_DIR := $(USERMOD_DIR)
AFUNIX_ABOVE := $(abspath $(USERMOD_DIR)/..)
SRC_USERMOD_C += $(addprefix $(AFUNIX_DIR)/, user_module.c module.c datagram.c handle.c object.c section.c record.c state.c endpoint.c)
SRC_USERMOD_C += $(addprefix $(AFUNIX_DIR)/, fields.c lock_word.c)
SRC_USERMOD_LIB_C += $(addprefix $(AFUNIX_ABOVE)/core/, readiness.c)
CFLAGS_USERMOD += -I$(AFUNIX_ABOVE) -I$(AFUNIX_DIR)
