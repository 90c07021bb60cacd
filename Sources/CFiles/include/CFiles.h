// System calls that the C library shows to C alone.
#ifndef CFILES_H
#define CFILES_H

// Whether the system has a call for all files of a file system.
int cf_has_syncfs(void);

// Waits until all files of the file system of `descriptor` are on the disk. Returns 0, or -1 with errno set; 0 where
// there is no such call.
int cf_syncfs(int descriptor);

#endif
