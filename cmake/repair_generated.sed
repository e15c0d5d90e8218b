# thrift c_glib 0.17 generates `TYPE_finalize (GObject *object)` for every struct without calling
# the parent's finalize, so GObject's own part of each instance leaks. This adds the call at the
# closing brace. Processors and clients name their argument `gobject` and are right as they are.
/^[a-z_0-9]+_finalize \(GObject \*object\)$/,/^\}$/ {
  s/^\}$/  G_OBJECT_CLASS (g_type_class_peek (THRIFT_TYPE_STRUCT))->finalize (object);\n}/
}

# It also registers every type behind an unguarded `if (type == 0)`: two threads that meet a struct
# for the first time register it twice, and one gets an invalid type. This makes it happen once.
s/^  static GType type = 0;$/  static gsize type = 0;/
s/^  if \(type == 0\) *$/  if (g_once_init_enter (\&type))/
s/^    type = g_type_register_static \(/    g_once_init_leave (\&type, g_type_register_static (/
s/^( +\&type_info, 0)\);$/\1));/

# And it says "missing field" without telling which.
/^  if \(!isset_[A-Za-z0-9_]+\)$/h
/"missing field"\);$/{
  G
  s/"missing field"\);\n  if \(!isset_([A-Za-z0-9_]+)\)/"missing field \1");/
}
