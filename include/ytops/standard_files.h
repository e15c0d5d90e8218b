/* The descriptors 0, 1 and 2, which whoever starts a program may have closed. */
#pragma once

/*
 * Takes the places of those that are closed, so that no connection or file of ours becomes standard output
 * and gets what is printed. Reading from such a place and writing to it still fail. For the begin of main().
 */
void ytops_standard_files_hold(void);
