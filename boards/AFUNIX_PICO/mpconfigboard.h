// The name by which os.uname() and the REPL's banner know the board.
#define MICROPY_HW_BOARD_NAME "AFUNIX_PICO"

// Flash for the filesystem, out of 2 MiB. The same as on the stock Pico firmware, so that going from one to the
// other keeps a board's files.
#define MICROPY_HW_FLASH_STORAGE_BYTES (1408 * 1024)
