#include "extractor_args.h"

#include <string.h>

typedef struct {
    char *name;
    char *value; /* NULL: the name alone was given */
} Argument;

typedef struct {
    char *name;
    GPtrArray *arguments; /* Argument */
} Extractor;

struct ExtractorArgs {
    GPtrArray *extractors; /* Extractor */
};

static void argument_free(gpointer data)
{
    Argument *argument = data;

    g_free(argument->name);
    g_free(argument->value);
    g_free(argument);
}

static void extractor_free(gpointer data)
{
    Extractor *extractor = data;

    g_free(extractor->name);
    g_ptr_array_unref(extractor->arguments);
    g_free(extractor);
}

ExtractorArgs *extractor_args_new(void)
{
    ExtractorArgs *args = g_new0(ExtractorArgs, 1);

    args->extractors = g_ptr_array_new_with_free_func(extractor_free);
    return args;
}

void extractor_args_free(ExtractorArgs *args)
{
    if (args == NULL)
        return;
    g_ptr_array_unref(args->extractors);
    g_free(args);
}

/* yt-dlp reads names in small letters and takes - for _. */
static char *name_normalize(const char *name, gsize length)
{
    g_autofree char *copy = g_strndup(name, length);

    return g_strdelimit(g_ascii_strdown(g_strstrip(copy), -1), "-", '_');
}

static Extractor *args_find(const ExtractorArgs *args, const char *name)
{
    for (guint i = 0; i < args->extractors->len; i++) {
        Extractor *extractor = g_ptr_array_index(args->extractors, i);

        if (g_ascii_strcasecmp(extractor->name, name) == 0)
            return extractor;
    }
    return NULL;
}

static Extractor *args_obtain(ExtractorArgs *args, const char *name)
{
    Extractor *extractor = args_find(args, name);

    if (extractor != NULL)
        return extractor;
    extractor = g_new0(Extractor, 1);
    extractor->name = g_ascii_strdown(name, -1);
    extractor->arguments = g_ptr_array_new_with_free_func(argument_free);
    g_ptr_array_add(args->extractors, extractor);
    return extractor;
}

static Argument *extractor_find(const Extractor *extractor, const char *name)
{
    for (guint i = 0; i < extractor->arguments->len; i++) {
        Argument *argument = g_ptr_array_index(extractor->arguments, i);

        if (strcmp(argument->name, name) == 0)
            return argument;
    }
    return NULL;
}

static void extractor_set(Extractor *extractor, const char *name, const char *value)
{
    Argument *argument = extractor_find(extractor, name);

    if (argument == NULL) {
        argument = g_new0(Argument, 1);
        argument->name = g_strdup(name);
        g_ptr_array_add(extractor->arguments, argument);
    }
    g_free(argument->value);
    argument->value = g_strdup(value);
}

void extractor_args_set(ExtractorArgs *args, const char *extractor, const char *name,
                        const char *value)
{
    extractor_set(args_obtain(args, extractor), name, value);
}

const char *extractor_args_get(const ExtractorArgs *args, const char *extractor, const char *name)
{
    Extractor *found = args_find(args, extractor);
    Argument *argument = found != NULL ? extractor_find(found, name) : NULL;

    return argument != NULL ? argument->value : NULL;
}

gboolean extractor_args_add(ExtractorArgs *args, const char *value)
{
    const char *colon = strchr(value, ':');
    g_autofree char *extractor = NULL;
    g_auto(GStrv) parts = NULL;

    if (colon == NULL || colon == value)
        return FALSE;
    extractor = g_strndup(value, (gsize)(colon - value));
    parts = g_strsplit(colon + 1, ";", -1);
    for (gsize i = 0; parts[i] != NULL; i++) {
        const char *equals = strchr(parts[i], '=');
        gsize length = equals != NULL ? (gsize)(equals - parts[i]) : strlen(parts[i]);
        g_autofree char *name = name_normalize(parts[i], length);

        extractor_args_set(args, extractor, name, equals != NULL ? equals + 1 : NULL);
    }
    return TRUE;
}

static char *extractor_to_string(const Extractor *extractor)
{
    GString *text = g_string_new("--extractor-args=");

    g_string_append_printf(text, "%s:", extractor->name);
    for (guint i = 0; i < extractor->arguments->len; i++) {
        const Argument *argument = g_ptr_array_index(extractor->arguments, i);

        g_string_append_printf(text, "%s%s", i > 0 ? ";" : "", argument->name);
        if (argument->value != NULL)
            g_string_append_printf(text, "=%s", argument->value);
    }
    return g_string_free(text, FALSE);
}

void extractor_args_append_to(const ExtractorArgs *args, GPtrArray *command)
{
    for (guint i = 0; i < args->extractors->len; i++)
        g_ptr_array_add(command, extractor_to_string(g_ptr_array_index(args->extractors, i)));
}
