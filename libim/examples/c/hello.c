#include <im.h>
#include <stdio.h>

int main(int argc, char **argv) { /* hello ADDRESS [PASSKEY] */
    im_ctx *ctx;
    im_config *config;
    im_id client;
    const im_event *event;
    im_config_new(&config);
    im_config_set_str(config, IM_OPT_NAME, "cora");
    im_config_set_str(config, IM_OPT_PASSKEY, argc > 2 ? argv[2] : NULL);
    if (im_new(IM_ABI, NULL, &ctx) || im_connect(ctx, argc > 1 ? argv[1] : "127.0.0.1", config, &client))
        return fprintf(stderr, "%s\n", im_last_error()), 1;
    while (im_step(ctx, -1) == IM_OK)
        while (im_next_event(ctx, &event) == IM_OK && event != NULL)
            if (event->kind == IM_EVENT_LOGGED_IN)
                im_client_post(ctx, client, 1, "Hello from C!", IM_NUL_TERMINATED, NULL);
            else if (event->kind == IM_EVENT_MESSAGE)
                printf("%s: %s\n", event->data.entry->name.ptr, event->text.ptr), im_client_quit(ctx, client, "done");
            else if (event->kind == IM_EVENT_DISCONNECTED && event->data.wait == NULL)
                return im_free(ctx), im_config_free(config), 0;
            else if (event->kind == IM_EVENT_DISCONNECTED || event->kind == IM_EVENT_LOGIN_REFUSED)
                return fprintf(stderr, "%s\n", event->text.ptr), 1;
    return 1;
}
