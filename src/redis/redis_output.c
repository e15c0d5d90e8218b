#include "redis_output.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#define TAIL_SIZE 4096
#define TAIL_LINES 5

struct RedisOutput {
    GString *tail;
};

RedisOutput *redis_output_new(void)
{
    RedisOutput *output = g_new0(RedisOutput, 1);

    output->tail = g_string_new(NULL);
    return output;
}

void redis_output_free(RedisOutput *output)
{
    g_string_free(output->tail, TRUE);
    g_free(output);
}

gboolean redis_output_read(RedisOutput *output, int fd)
{
    char buffer[4096];
    gssize got;

    while ((got = read(fd, buffer, sizeof buffer)) > 0 || (got < 0 && errno == EINTR)) {
        g_string_append_len(output->tail, buffer, MAX(got, 0));
        if (output->tail->len > TAIL_SIZE)
            g_string_erase(output->tail, 0, (gssize)(output->tail->len - TAIL_SIZE));
    }
    return got < 0 && errno == EAGAIN;
}

/* What every redis-server prints at its start, well or ill. */
static gboolean is_noise(const char *line)
{
    const char *const noise[] = {"Redis is starting", "Redis version=", "Configuration loaded",
                                 "Server initialized", "Memory overcommit must be enabled"};

    for (gsize i = 0; i < G_N_ELEMENTS(noise); i++)
        if (strstr(line, noise[i]) != NULL)
            return TRUE;
    return *line == '\0';
}

char *redis_output_get_tail(const RedisOutput *output)
{
    g_autofree char *text = g_utf8_make_valid(output->tail->str, (gssize)output->tail->len);
    g_auto(GStrv) lines = g_strsplit(text, "\n", -1);
    g_autoptr(GPtrArray) told = g_ptr_array_new();

    for (char **line = lines; *line != NULL; line++)
        if (!is_noise(g_strstrip(*line)))
            g_ptr_array_add(told, *line);
    if (told->len == 0)
        return g_strdup("nothing");
    if (told->len > TAIL_LINES)
        g_ptr_array_remove_range(told, 0, told->len - TAIL_LINES);
    g_ptr_array_add(told, NULL);
    return g_strjoinv(" | ", (char **)told->pdata);
}
