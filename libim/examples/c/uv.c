/* libim in libuv's event loop: uv ADDRESS [PASSKEY]. */
#include "greeter.h"

#include <uv.h>

static int result;

static void ready(uv_poll_t *watch, int status, int events) {
    (void)status, (void)events;
    result = greeter_ready((greeter *)watch->data);
    if (result != 1) {
        uv_poll_stop(watch);
        uv_close((uv_handle_t *)watch, NULL);
    }
}

int main(int argc, char **argv) {
    greeter it;
    uv_poll_t watch;

    if (greeter_open(&it, argc > 1 ? argv[1] : "127.0.0.1", argc > 2 ? argv[2] : NULL) != 0)
        return 1;
    uv_poll_init(uv_default_loop(), &watch, it.fd);
    watch.data = &it;
    uv_poll_start(&watch, UV_READABLE, ready);
    uv_run(uv_default_loop(), UV_RUN_DEFAULT);
    uv_loop_close(uv_default_loop());
    greeter_close(&it);
    return result == 0 ? 0 : 1;
}
