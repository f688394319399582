/* A disk whose fsync takes DELAY_US microseconds longer. slow_disk.rs has it loaded before libc. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>

static int slow(const char *name, int file) {
    struct timespec left = {DELAY_US / 1000000, DELAY_US % 1000000 * 1000};
    int (*next)(int) = (int (*)(int))dlsym(RTLD_NEXT, name);
    int result = next(file);
    while (nanosleep(&left, &left) != 0) {
    }
    return result;
}

int fsync(int file) { return slow("fsync", file); }

int fdatasync(int file) { return slow("fdatasync", file); }
