/* A client that greets everybody who joins, shared by the examples of event loops. */
#ifndef GREETER_H
#define GREETER_H

#include <im.h>
#include <stdio.h>

typedef struct greeter {
    im_ctx *ctx;
    im_id client;
    int fd;
} greeter;

/* Connects to an address, with a passkey or NULL. Returns 0, or -1 on failure. */
static int greeter_open(greeter *it, const char *address, const char *passkey) {
    im_config *config;
    int32_t status;

    if (im_config_new(&config) != IM_OK || im_new(IM_ABI, NULL, &it->ctx) != IM_OK) {
        fprintf(stderr, "%s\n", im_last_error());
        return -1;
    }
    im_config_set_str(config, IM_OPT_NAME, "greeter");
    im_config_set_str(config, IM_OPT_PASSKEY, passkey);
    im_config_set_int(config, IM_OPT_RECONNECT, 0);
    status = im_connect(it->ctx, address, config, &it->client);
    im_config_free(config);
    if (status == IM_OK)
        status = im_fd(it->ctx, &it->fd);
    if (status != IM_OK) {
        fprintf(stderr, "%s\n", im_last_error());
        im_free(it->ctx);
        return -1;
    }
    return 0;
}

/* Call it when `fd` is readable. Returns 1 to continue, 0 when disconnected, -1 on failure. */
static int greeter_ready(greeter *it) {
    const im_event *event;
    char text[200];

    if (im_step(it->ctx, 0) != IM_OK) {
        fprintf(stderr, "%s\n", im_last_error());
        return -1;
    }
    while (im_next_event(it->ctx, &event) == IM_OK && event != NULL) {
        switch (event->kind) {
        case IM_EVENT_LOGGED_IN:
            printf("greeting at %s\n", event->data.login->server.ptr);
            break;
        case IM_EVENT_PRESENCE:
            if (event->data.presence->was == 0) {
                snprintf(text, sizeof text, "Welcome, %s!", event->data.presence->person->name.ptr);
                im_client_post(it->ctx, it->client, 1, text, IM_NUL_TERMINATED, NULL);
                printf("%s\n", text);
            }
            break;
        case IM_EVENT_LOGIN_REFUSED:
            fprintf(stderr, "%s\n", event->text.ptr);
            return -1;
        case IM_EVENT_DISCONNECTED:
            printf("%s\n", event->text.ptr);
            return 0;
        default:
            break;
        }
        fflush(stdout);
    }
    return 1;
}

static void greeter_close(greeter *it) {
    im_free(it->ctx);
}

#endif
