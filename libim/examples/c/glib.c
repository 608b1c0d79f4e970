/* libim in GLib's main loop, for GTK programs: glib ADDRESS [PASSKEY]. */
#include "greeter.h"

#include <glib-unix.h>

static GMainLoop *loop;
static int result;

static gboolean ready(gint fd, GIOCondition condition, gpointer user) {
    (void)fd, (void)condition;
    result = greeter_ready((greeter *)user);
    if (result == 1)
        return G_SOURCE_CONTINUE;
    g_main_loop_quit(loop);
    return G_SOURCE_REMOVE;
}

int main(int argc, char **argv) {
    greeter it;

    if (greeter_open(&it, argc > 1 ? argv[1] : "127.0.0.1", argc > 2 ? argv[2] : NULL) != 0)
        return 1;
    loop = g_main_loop_new(NULL, FALSE);
    g_unix_fd_add(it.fd, G_IO_IN, ready, &it);
    g_main_loop_run(loop);
    g_main_loop_unref(loop);
    greeter_close(&it);
    return result == 0 ? 0 : 1;
}
