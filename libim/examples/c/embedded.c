/* A server and two clients in one thread, connected in memory, on a virtual clock: every run has the same output, byte for byte.
 * A program can test its use of the library in this way. */
#include <im.h>
#include <stdio.h>
#include <stdlib.h>

static void ok(int32_t status) {
    if (status != IM_OK) {
        fprintf(stderr, "%s: %s\n", im_strerror(status), im_last_error());
        exit(1);
    }
}

int main(void) {
    im_config *config;
    im_ctx *ctx;
    im_id server, anna, bert;
    const im_event *event;
    int32_t wait;
    int said = 0;

    ok(im_config_new(&config));
    ok(im_config_set_int(config, IM_OPT_VIRTUAL_CLOCK, 1));
    ok(im_config_set_int(config, IM_OPT_SEED, 42));
    ok(im_config_set_int(config, IM_OPT_WORKERS, 0));
    ok(im_new(IM_ABI, config, &ctx));
    ok(im_config_free(config));

    ok(im_serve(ctx, NULL, &server));
    ok(im_listen(ctx, server, "mem:office", NULL));
    ok(im_config_new(&config));
    ok(im_config_set_str(config, IM_OPT_NAME, "anna"));
    ok(im_connect(ctx, "mem:office", config, &anna));
    ok(im_config_set_str(config, IM_OPT_NAME, "bert"));
    ok(im_connect(ctx, "mem:office", config, &bert));
    ok(im_config_free(config));

    while (said < 2) {
        ok(im_step(ctx, 0));
        for (ok(im_next_event(ctx, &event)); event != NULL; ok(im_next_event(ctx, &event))) {
            if (event->kind == IM_EVENT_LOGGED_IN && event->source == bert)
                ok(im_client_post(ctx, anna, 1, "Hello, Bert!", IM_NUL_TERMINATED, NULL));
            if (event->kind == IM_EVENT_MESSAGE && event->source == bert) {
                printf("%llu: %s says: %s\n", (unsigned long long)event->data.entry->time,
                       event->data.entry->name.ptr, event->text.ptr);
                if (++said == 1)
                    ok(im_client_reply(ctx, bert, event->room, event->data.entry->seq, "Hello, Anna!",
                                       IM_NUL_TERMINATED, NULL));
            }
        }
        ok(im_next_timeout(ctx, &wait));
        ok(im_advance(ctx, wait > 0 ? (uint32_t)wait : 0));
    }
    ok(im_free(ctx));
    return 0;
}
