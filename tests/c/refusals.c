/* Wrong values, and calls at the wrong time, return their documented errors. */
#include "check.h"

#include <fcntl.h>
#include <unistd.h>

static im_ctx *ctx;

/* Connecting with two int options set, to an address. */
static int32_t connecting(const char *address, int32_t option, int64_t value, int32_t other, int64_t other_value) {
    im_config *config;
    im_id id;
    int32_t status;
    OK(im_config_new(&config));
    OK(im_config_set_str(config, IM_OPT_NAME, "cora"));
    OK(im_config_set_int(config, option, value));
    OK(im_config_set_int(config, other, other_value));
    status = im_connect(ctx, address, config, &id);
    if (status == IM_OK)
        OK(im_remove(ctx, id));
    OK(im_config_free(config));
    return status;
}

static void values(void) {
    const char *invites[] = {"im://h/?key=%zz", "im://h/?key=%00", "im://h/?key=100%", "im://h/?key=%ff", "127.0.0.1:0", "[::1]:0"};
    im_config *config;
    im_ctx *made;
    im_id id;
    int32_t fd, epoll;
    size_t i;

    FAILS(IM_E_ABI, im_new(0, NULL, &made));
    for (i = 0; i < sizeof invites / sizeof *invites; i++)
        FAILS(IM_E_ADDRESS, connecting(invites[i], IM_OPT_ROSTER, 1, IM_OPT_RECEIPTS, 1));
    /* Looking up a name needs a thread, which this context may not start. */
    FAILS(IM_E_ADDRESS, connecting("chat.example", IM_OPT_ROSTER, 1, IM_OPT_RECEIPTS, 1));
    OK(connecting("localhost:9", IM_OPT_ROSTER, 1, IM_OPT_RECEIPTS, 1));
    FAILS(IM_E_RANGE, connecting("127.0.0.1:9", IM_OPT_RETRY_MIN_MS, 2000, IM_OPT_RETRY_MAX_MS, 1000));
    OK(connecting("127.0.0.1:9", IM_OPT_RETRY_MIN_MS, 1000, IM_OPT_RETRY_MAX_MS, 1000));

    OK(im_config_new(&config));
    OK(im_config_set_str(config, IM_OPT_LOBBY, "two\nlines"));
    FAILS(IM_E_TEXT, im_serve(ctx, config, &id));
    OK(im_config_free(config));

    fd = open(__FILE__, O_RDONLY);
    if (fd < 0)
        fd = open("/etc/passwd", O_RDONLY);
    CHECK(fd >= 0);
    FAILS(IM_E_IO, im_watch(ctx, fd, &id));
    CHECK(strstr(im_last_error(), "always readable") != NULL);
    close(fd);
    OK(im_fd(ctx, &epoll));
    FAILS(IM_E_IO, im_watch(ctx, epoll, &id));
    CHECK(strstr(im_last_error(), "im_fd()") != NULL);
}

static void log_it(void *user, int32_t level, const char *text) {
    (void)user, (void)level, (void)text;
}

static void log_levels(void) {
    im_config *config;
    OK(im_config_new(&config));
    FAILS(IM_E_RANGE, im_config_set_log(config, 99, log_it, NULL));
    FAILS(IM_E_RANGE, im_config_set_log(config, 0, log_it, NULL));
    OK(im_config_set_log(config, IM_LOG_DEBUG, log_it, NULL));
    OK(im_config_free(config));
}

int main(void) {
    char long_reason[202];
    im_id server, client;
    const im_event *event;
    const im_client_state *state;
    im_config *config;
    im_txn_id first, second;

    memset(long_reason, 'x', sizeof long_reason - 1);
    long_reason[sizeof long_reason - 1] = '\0';
    ctx = make_context(0);
    values();
    log_levels();
    OK(im_free(ctx));

    ctx = make_context(8);
    OK(im_config_new(&config));
    OK(im_config_set_int(config, IM_OPT_CONNECTIONS_MAX, 1));
    OK(im_serve(ctx, config, &server));
    OK(im_config_free(config));
    OK(im_listen(ctx, server, "mem:a", NULL));

    /* Posts made before the login wait in the outbox, in order. */
    client = make_client(ctx, "mem:a", "cora");
    OK(im_client_post(ctx, client, 1, "first words", IM_NUL_TERMINATED, &first));
    OK(im_client_post(ctx, client, 1, "and more", IM_NUL_TERMINATED, &second));
    event = wait_for(ctx, client, IM_EVENT_MESSAGE);
    CHECK(strcmp(event->text.ptr, "first words") == 0 && memcmp(&event->data.entry->txn_id, &first, sizeof first) == 0);
    event = wait_for(ctx, client, IM_EVENT_MESSAGE);
    CHECK(strcmp(event->text.ptr, "and more") == 0 && memcmp(&event->data.entry->txn_id, &second, sizeof second) == 0);

    FAILS(IM_E_LOGGED_IN, im_client_login(ctx, client, "somebody else", NULL));
    OK(im_client_look(ctx, client, &state));
    CHECK(strcmp(state->name.ptr, "cora") == 0);
    OK(im_client_retry_now(ctx, client)); /* No effect. */
    FAILS(IM_E_EMPTY, im_client_create_room(ctx, client, "", NULL, NULL));
    FAILS(IM_E_EMPTY, im_client_create_room(ctx, client, " ", NULL, NULL));
    FAILS(IM_E_EMPTY, im_client_join(ctx, client, "", NULL));
    FAILS(IM_E_EMPTY, im_client_direct(ctx, client, "", NULL));
    FAILS(IM_E_EMPTY, im_client_post(ctx, client, 1, "\xe2\x80\x8b", IM_NUL_TERMINATED, NULL)); /* U+200B alone */
    FAILS(IM_E_TOO_LONG, im_client_quit(ctx, client, long_reason));
    FAILS(IM_E_EMPTY, im_server_broadcast(ctx, server, ""));
    FAILS(IM_E_TOO_LONG, im_server_kick(ctx, server, "cora", long_reason));
    FAILS(IM_E_TOO_LONG, im_server_resolve(ctx, server, 1, 0, long_reason));
    FAILS(IM_E_NULL, im_server_broadcast(ctx, server, NULL));
    CHECK(strcmp(im_last_error(), "NULL was given for the text") == 0);

    /* IM_CODE_BUSY has a time after which to try again; the client waits no longer than IM_OPT_RETRY_MAX_MS. */
    {
        im_id another = make_client(ctx, "mem:a", "dora");
        event = wait_for(ctx, another, IM_EVENT_DISCONNECTED);
        CHECK(event->code == IM_CODE_BUSY && event->data.wait != NULL && event->data.wait->wait_ms >= 2000);
        OK(im_remove(ctx, another));
        OK(im_config_new(&config));
        OK(im_config_set_str(config, IM_OPT_NAME, "emil"));
        OK(im_config_set_int(config, IM_OPT_RETRY_MIN_MS, 100));
        OK(im_config_set_int(config, IM_OPT_RETRY_MAX_MS, 400));
        OK(im_connect(ctx, "mem:a", config, &another));
        OK(im_config_free(config));
        event = wait_for(ctx, another, IM_EVENT_DISCONNECTED);
        CHECK(event->data.wait->wait_ms <= 400);
        OK(im_client_quit(ctx, another, NULL));
        FAILS(IM_E_CLOSED, im_client_login(ctx, another, NULL, NULL));
        FAILS(IM_E_CLOSED, im_client_retry_now(ctx, another));
    }

    OK(im_server_drain(ctx, server));
    FAILS(IM_E_CLOSED, im_listen(ctx, server, "mem:b", NULL));
    FAILS(IM_E_CLOSED, im_server_broadcast(ctx, server, "too late"));
    FAILS(IM_E_CLOSED, im_server_post(ctx, server, 1, "too late", IM_NUL_TERMINATED));
    wait_for(ctx, server, IM_EVENT_DRAINED);
    FAILS(IM_E_CLOSED, im_listen(ctx, server, "mem:b", NULL));
    OK(im_free(ctx));
    return 0;
}
