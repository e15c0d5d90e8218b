/*
 * Runs a fuzz program without libFuzzer: COUNT and the folder of its seeds as arguments, or 0 and
 * one file to try that alone.
 *
 * Input N is seed N where there is one, and otherwise a seed changed by a generator that N starts,
 * so every run tries the same inputs and each can be made again. They are tried in a child; where it
 * ends by a signal, its parent makes the input again and leaves it as a file.
 */
#include "fuzz.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define MAX_CHANGES 8
#define MAX_INPUT_BYTES 65536

static const char interesting[] = "\0\n\r\t\"'\\{}[]:;,=#/@%-\xff\xc0\xe2\x80\x99\033";

static gint name_compare(gconstpointer a, gconstpointer b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static GPtrArray *seeds_read(const char *folder)
{
    GPtrArray *seeds = g_ptr_array_new_with_free_func((GDestroyNotify)g_bytes_unref);
    g_autoptr(GPtrArray) names = g_ptr_array_new_with_free_func(g_free);
    g_autoptr(GError) error = NULL;
    g_autoptr(GDir) dir = g_dir_open(folder, 0, &error);
    const char *name;

    g_assert_no_error(error);
    while ((name = g_dir_read_name(dir)) != NULL)
        g_ptr_array_add(names, g_build_filename(folder, name, NULL));
    g_ptr_array_sort(names, name_compare);
    for (guint i = 0; i < names->len; i++) {
        char *text = NULL;
        gsize length = 0;

        g_assert_true(g_file_get_contents(g_ptr_array_index(names, i), &text, &length, NULL));
        g_ptr_array_add(seeds, g_bytes_new_take(text, length));
    }
    g_assert_cmpuint(seeds->len, >, 0);
    return seeds;
}

static guint place_in(GRand *random, guint length)
{
    return length > 0 ? (guint)g_rand_int_range(random, 0, (gint32)length) : 0;
}

static void input_insert(GByteArray *input, guint place, const guint8 *bytes, guint length)
{
    guint tail = input->len - place;

    g_byte_array_set_size(input, input->len + length);
    memmove(input->data + place + length, input->data + place, tail);
    memcpy(input->data + place, bytes, length);
}

static void input_change(GByteArray *input, GRand *random, GPtrArray *seeds)
{
    guint place = place_in(random, input->len);
    guint8 byte = (guint8)interesting[place_in(random, sizeof interesting - 1)];
    guint span = input->len > 0 ? 1 + place_in(random, MIN(input->len - place, 32)) : 0;
    GBytes *other = g_ptr_array_index(seeds, place_in(random, seeds->len));
    gsize size = 0;
    const guint8 *bytes = g_bytes_get_data(other, &size);
    guint from = place_in(random, (guint)size);

    switch (input->len == 0 ? 4 : place_in(random, 7)) {
    case 0:
        input->data[place] ^= (guint8)(1U << place_in(random, 8));
        break;
    case 1:
        input->data[place] = byte;
        break;
    case 2:
        g_byte_array_remove_range(input, place, MIN(span, input->len - place));
        break;
    case 3:
        g_byte_array_set_size(input, place);
        break;
    case 4:
        input_insert(input, place, &byte, 1);
        break;
    case 5:
        input_insert(input, place, bytes + from, MIN((guint)size - from, 64));
        break;
    default:
        g_byte_array_append(input, bytes + from, (guint)size - from);
        break;
    }
}

static GByteArray *input_make(GPtrArray *seeds, guint number)
{
    g_autoptr(GRand) random = g_rand_new_with_seed(number);
    GBytes *seed =
        g_ptr_array_index(seeds, number < seeds->len ? number : place_in(random, seeds->len));
    GByteArray *input = g_byte_array_new();
    gsize size = 0;
    const guint8 *bytes = g_bytes_get_data(seed, &size);
    guint changes = number < seeds->len ? 0 : 1 + place_in(random, MAX_CHANGES);

    g_byte_array_append(input, bytes, (guint)size);
    for (guint i = 0; i < changes; i++)
        input_change(input, random, seeds);
    if (input->len > MAX_INPUT_BYTES)
        g_byte_array_set_size(input, MAX_INPUT_BYTES);
    return input;
}

/* A copy of exactly its size, so that a sanitizer sees a read past its end. */
static void input_try(const GByteArray *input)
{
    guint8 *copy = malloc(MAX(input->len, 1));

    g_assert_nonnull(copy);
    if (input->len > 0)
        memcpy(copy, input->data, input->len);
    LLVMFuzzerTestOneInput(copy, input->len);
    free(copy);
}

static int report(const char *program, GPtrArray *seeds, guint number, int status)
{
    g_autoptr(GByteArray) input = input_make(seeds, number);
    g_autofree char *path = g_strdup_printf("%s.crash", program);

    g_assert_true(g_file_set_contents(path, (const char *)input->data, input->len, NULL));
    fprintf(stderr, "input %u ends it with status %d; try it alone with: %s 0 %s\n", number, status,
            program, path);
    return 1;
}

static int run_all(const char *program, guint count, GPtrArray *seeds)
{
    volatile guint *number =
        mmap(NULL, sizeof *number, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int status = 0;
    pid_t child;

    g_assert_true(number != MAP_FAILED);
    child = fork();
    g_assert_cmpint(child, >=, 0);
    if (child == 0) {
        for (*number = 0; *number < count + seeds->len; *number += 1) {
            g_autoptr(GByteArray) input = input_make(seeds, *number);

            input_try(input);
        }
        exit(0);
    }
    g_assert_cmpint(waitpid(child, &status, 0), ==, child);
    return status == 0 ? 0 : report(program, seeds, *number, status);
}

static int run_one(const char *path)
{
    g_autoptr(GByteArray) input = g_byte_array_new();
    g_autofree char *text = NULL;
    gsize length = 0;

    g_assert_true(g_file_get_contents(path, &text, &length, NULL));
    g_byte_array_append(input, (const guint8 *)text, (guint)length);
    input_try(input);
    return 0;
}

int main(int argc, char **argv)
{
    g_autoptr(GPtrArray) seeds = NULL;
    guint64 count = argc == 3 ? g_ascii_strtoull(argv[1], NULL, 10) : 0;

    if (argc != 3 || count > G_MAXINT32) {
        fprintf(stderr, "usage: %s COUNT FOLDER | 0 FILE\n", argv[0]);
        return 64;
    }
    if (count == 0)
        return run_one(argv[2]);
    seeds = seeds_read(argv[2]);
    return run_all(argv[0], (guint)count, seeds);
}
