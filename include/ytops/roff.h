/* Text for man pages: what the macros of man(7) would take for their own is escaped. Pure. */
#pragma once

#include <glib.h>

/* Appends the text as it is to be read: backslashes, hyphens, quotes, dots at a line's beginning. */
void ytops_roff_append_text(GString *page, const char *text);

/* The same in the font 'B' (bold) or 'I' (italic), and back to roman. */
void ytops_roff_append_font(GString *page, char font, const char *text);

/* ".TH" and NAME: `name` as it is called, `summary` one line without a dot at its end. */
void ytops_roff_append_title(GString *page, const char *name, int section, const char *summary);
