/* Every kind of misuse returns its documented error, and nothing crashes. */
#include "check.h"

#include <stdint.h>

static int logged;
static int32_t reentered;
static im_ctx *logging;

static void log_line(void *user, int32_t level, const char *text) {
    CHECK(user == &logged);
    CHECK(level >= IM_LOG_ERROR && level <= IM_LOG_DEBUG);
    CHECK(text[0] != '\0');
    logged++;
    reentered = im_step(logging, 0);
    if (reentered == IM_E_REENTRANT)
        reentered = im_free(logging);
}

static void handles(void) {
    im_config *config = NULL;
    im_ctx *ctx = make_context(0), *other = make_context(0);
    im_waker *waker = NULL;
    im_id id = 0, foreign = 0;
    const im_event *event;
    int garbage = 0;

    FAILS(IM_E_NULL, im_new(IM_ABI, NULL, NULL));
    FAILS(IM_E_NULL, im_step(NULL, 0));
    FAILS(IM_E_NULL, im_free(NULL));
    FAILS(IM_E_NULL, im_config_free(NULL));
    FAILS(IM_E_NULL, im_config_new(NULL));
    FAILS(IM_E_NULL, im_waker_wake(NULL));
    FAILS(IM_E_NULL, im_next_event(ctx, NULL));
    FAILS(IM_E_NULL, im_fd(ctx, NULL));
    FAILS(IM_E_NULL, im_serve(ctx, NULL, NULL));
    FAILS(IM_E_HANDLE, im_step((im_ctx *)&garbage, 0));
    FAILS(IM_E_HANDLE, im_free((im_ctx *)(uintptr_t)0x7f0000001008));

    OK(im_config_new(&config));
    FAILS(IM_E_HANDLE, im_step((im_ctx *)config, 0));
    FAILS(IM_E_HANDLE, im_config_set_int((im_config *)ctx, IM_OPT_SEED, 1));
    OK(im_config_free(config));
    FAILS(IM_E_GONE, im_config_free(config));
    FAILS(IM_E_GONE, im_config_set_str(config, IM_OPT_NAME, "x"));

    OK(im_waker_new(ctx, &waker));
    OK(im_waker_wake(waker));
    OK(im_serve(ctx, NULL, &id));
    OK(im_serve(other, NULL, &foreign));
    FAILS(IM_E_HANDLE, im_listen(ctx, foreign, "mem:a", NULL));
    FAILS(IM_E_HANDLE, im_listen(ctx, 0, "mem:a", NULL));
    FAILS(IM_E_HANDLE, im_listen(ctx, 1, "mem:a", NULL));
    FAILS(IM_E_HANDLE, im_listen(ctx, UINT64_MAX, "mem:a", NULL));
    FAILS(IM_E_HANDLE, im_client_quit(ctx, id, NULL));
    OK(im_remove(ctx, id));
    FAILS(IM_E_GONE, im_remove(ctx, id));
    FAILS(IM_E_GONE, im_listen(ctx, id, "mem:a", NULL));
    FAILS(IM_E_RANGE, im_step(ctx, -2));
    OK(im_next_event(ctx, &event));
    CHECK(event == NULL);

    OK(im_free(ctx));
    FAILS(IM_E_GONE, im_free(ctx));
    FAILS(IM_E_GONE, im_step(ctx, 0));
    OK(im_waker_wake(waker)); /* It may outlive its context. */
    OK(im_waker_free(waker));
    FAILS(IM_E_GONE, im_waker_free(waker));
    FAILS(IM_E_GONE, im_waker_wake(waker));
    OK(im_free(other));
}

static void library(void) {
    im_ctx *ctx = NULL;
    FAILS(IM_E_ABI, im_new(IM_ABI + 1, NULL, &ctx));
    FAILS(IM_E_ABI, im_new(IM_ABI + 0x10000, NULL, &ctx));
    CHECK(ctx == NULL);
    CHECK(im_abi_version() == IM_ABI);
    CHECK(strchr(im_version(), '.') != NULL);
    CHECK(strcmp(im_strerror(IM_OK), "done") == 0);
    CHECK(strlen(im_strerror(-9999)) > 0);
    CHECK(strcmp(im_strerror(IM_E_THREAD), im_strerror(-9999)) != 0);
}

static void options(void) {
    im_config *config;
    im_ctx *ctx = NULL;
    im_id id = 0;
    OK(im_config_new(&config));
    FAILS(IM_E_OPTION, im_config_set_int(config, 9999, 1));
    FAILS(IM_E_OPTION, im_config_set_int(config, -1, 1));
    FAILS(IM_E_OPTION, im_config_set_int(config, IM_OPT_NAME, 1));
    FAILS(IM_E_OPTION, im_config_set_str(config, IM_OPT_SEED, "1"));
    FAILS(IM_E_UTF8, im_config_set_str(config, IM_OPT_NAME, "a\xff"));
    OK(im_config_set_int(config, IM_OPT_WORKERS, 65));
    FAILS(IM_E_RANGE, im_new(IM_ABI, config, &ctx));
    CHECK(strstr(im_last_error(), "0 to 64") != NULL);
    OK(im_config_set_int(config, IM_OPT_WORKERS, 0));
    OK(im_new(IM_ABI, config, &ctx));
    FAILS(IM_E_OPTION, im_serve(ctx, config, &id));
    FAILS(IM_E_OPTION, im_connect(ctx, "mem:a", config, &id));
    FAILS(IM_E_EMPTY, im_connect(ctx, "mem:a", NULL, &id));
    OK(im_config_free(config));
    OK(im_config_new(&config));
    OK(im_config_set_int(config, IM_OPT_TEXT_BYTES_MAX, INT64_MAX));
    FAILS(IM_E_RANGE, im_serve(ctx, config, &id));
    OK(im_config_set_int(config, IM_OPT_TEXT_BYTES_MAX, INT64_MIN));
    FAILS(IM_E_RANGE, im_serve(ctx, config, &id));
    OK(im_config_free(config));
    FAILS(IM_E_CLOCK, im_advance(ctx, 1));
    OK(im_free(ctx));
    ctx = make_context(1);
    FAILS(IM_E_ADDRESS, im_connect(ctx, "127.0.0.1:1", NULL, &id));
    OK(im_serve(ctx, NULL, &id));
    FAILS(IM_E_ADDRESS, im_listen(ctx, id, "127.0.0.1:0", NULL));
    OK(im_free(ctx));
}

static void texts(void) {
    im_ctx *ctx = make_context(7);
    im_id server = 0, client;
    const im_client_state *state;
    const im_event *event;
    uint32_t request = 0;
    char *large;
    size_t max;

    OK(im_serve(ctx, NULL, &server));
    OK(im_listen(ctx, server, "mem:a", NULL));
    FAILS(IM_E_IN_USE, im_listen(ctx, server, "mem:a", NULL));
    FAILS(IM_E_ADDRESS, im_listen(ctx, server, "no address", NULL));
    FAILS(IM_E_NULL, im_listen(ctx, server, NULL, NULL));
    client = make_client(ctx, "mem:a", "anna");
    FAILS(IM_E_NOT_READY, im_client_join(ctx, client, "x", NULL));
    FAILS(IM_E_NOT_IN_ROOM, im_client_post(ctx, client, 2, "x", IM_NUL_TERMINATED, NULL));
    wait_for(ctx, client, IM_EVENT_ROOM_ENTERED);

    FAILS(IM_E_NULL, im_client_post(ctx, client, 1, NULL, IM_NUL_TERMINATED, NULL));
    FAILS(IM_E_NULL, im_client_post(ctx, client, 1, NULL, 3, NULL));
    FAILS(IM_E_EMPTY, im_client_post(ctx, client, 1, NULL, 0, NULL));
    FAILS(IM_E_EMPTY, im_client_post(ctx, client, 1, "  ", 2, NULL));
    FAILS(IM_E_TEXT, im_client_post(ctx, client, 1, "a\0b", 3, NULL));
    FAILS(IM_E_UTF8, im_client_post(ctx, client, 1, "a\xc3", 2, NULL));
    FAILS(IM_E_RANGE, im_client_post(ctx, client, 1, "a", SIZE_MAX - 1, NULL));
    FAILS(IM_E_NOT_IN_ROOM, im_client_post(ctx, client, 999, "a", 1, NULL));
    FAILS(IM_E_NULL, im_client_join(ctx, client, NULL, NULL));
    FAILS(IM_E_UTF8, im_client_set_status(ctx, client, 0, "\xed\xa0\x80", NULL));

    OK(im_client_look(ctx, client, &state));
    CHECK(state->size == sizeof *state && state->ready == 1 && strcmp(state->name.ptr, "anna") == 0);
    max = state->text_bytes_max;
    large = (char *)malloc(max + 1);
    CHECK(large != NULL);
    memset(large, 'x', max + 1);
    FAILS(IM_E_TOO_LONG, im_client_post(ctx, client, 1, large, max + 1, NULL));
    CHECK(strstr(im_last_error(), "16384") != NULL);
    OK(im_client_post(ctx, client, 1, large, max, NULL));
    event = wait_for(ctx, client, IM_EVENT_MESSAGE);
    CHECK(event->text.len == max && event->text.ptr[max] == '\0');
    large = (char *)realloc(large, max + 2);
    CHECK(large != NULL);
    memset(large, 'x', max + 1);
    large[max + 1] = '\0';
    FAILS(IM_E_TOO_LONG, im_server_broadcast(ctx, server, large));
    FAILS(IM_E_TOO_LONG, im_client_set_status(ctx, client, 0, large, NULL));
    FAILS(IM_E_TOO_LONG, im_client_create_room(ctx, client, large, NULL, NULL));
    FAILS(IM_E_TOO_LONG, im_client_quit(ctx, client, large));
    free(large);
    OK(im_client_direct(ctx, client, "nobody", &request));
    event = wait_for(ctx, client, IM_EVENT_FAILED);
    CHECK(event->request == request && event->code == IM_CODE_NOT_FOUND && event->text.len > 0);
    FAILS(IM_E_NOT_FOUND, im_server_kick(ctx, server, "nobody", NULL));
    FAILS(IM_E_GONE, im_server_resolve(ctx, server, 77, 1, NULL));
    FAILS(IM_E_OPTION, im_server_set_str(ctx, server, IM_OPT_LOBBY, "x"));
    OK(im_client_quit(ctx, client, NULL));
    wait_for(ctx, client, IM_EVENT_DISCONNECTED);
    FAILS(IM_E_CLOSED, im_client_post(ctx, client, 1, "x", 1, NULL));
    OK(im_free(ctx));
}

static void callbacks(void) {
    im_config *config;
    OK(im_config_new(&config));
    OK(im_config_set_log(config, IM_LOG_DEBUG, log_line, &logged));
    OK(im_new(IM_ABI, config, &logging));
    OK(im_config_free(config));
    CHECK(im_client_quit(logging, 1, NULL) == IM_E_HANDLE);
    CHECK(logged == 1);
    CHECK(reentered == IM_E_REENTRANT);
    OK(im_free(logging));
}

static void encoding(void) {
    im_ctx *ctx = make_context(7);
    im_id client = make_client(ctx, "mem:nowhere", "anna");
    const char *text;
    size_t len;
    FAILS(IM_E_NOT_FOUND, im_event_encode(ctx, IM_FORMAT_JSON, &text, &len));
    wait_for(ctx, client, IM_EVENT_CONNECTING);
    FAILS(IM_E_RANGE, im_event_encode(ctx, 3, &text, &len));
    OK(im_event_encode(ctx, IM_FORMAT_JSON, &text, &len));
    CHECK(len == strlen(text) && strstr(text, "\"event\":\"connecting\"") != NULL);
    OK(im_event_encode(ctx, IM_FORMAT_MSGPACK, &text, &len));
    CHECK(len > 10 && memcmp(text + 1, "\xa5" "event\xaa" "connecting", 17) == 0);
    OK(im_next_events(ctx, IM_FORMAT_JSON, 100, &text, &len));
    CHECK(text[0] == '[' && text[len - 1] == ']');
    OK(im_next_events(ctx, IM_FORMAT_JSON, 0, &text, &len));
    CHECK(strcmp(text, "[]") == 0);
    OK(im_next_events(ctx, IM_FORMAT_MSGPACK, 9, &text, &len));
    CHECK(len == 5 && memcmp(text, "\xdd\0\0\0\0", 5) == 0);
    OK(im_free(ctx));
}

int main(void) {
    library();
    handles();
    options();
    texts();
    callbacks();
    encoding();
    return 0;
}
