/* IM_OPT_STATE_DIR: a program ends without quitting, and the next one with the same name resumes its session. */
#include "check.h"
#include <sys/stat.h>
#include <unistd.h>

static im_ctx *place;
static char address[64], dir[64];

/* Connects as Tri, with a state directory. Returns the status. */
static int32_t connect_from(im_ctx *ctx, const char *state_dir, im_id *client) {
    im_config *config;
    int32_t status;
    OK(im_config_new(&config));
    OK(im_config_set_str(config, IM_OPT_NAME, "Tri"));
    OK(im_config_set_str(config, IM_OPT_STATE_DIR, state_dir));
    status = im_connect(ctx, address, config, client);
    OK(im_config_free(config));
    return status;
}

/* Steps both sides until the client gets an event of one of two kinds. */
static const im_event *answer(im_ctx *ctx, int32_t kind, int32_t other) {
    double end = seconds() + 60;
    while (seconds() < end) {
        const im_event *event;
        OK(im_step(place, 1));
        drop_events(place);
        OK(im_step(ctx, 1));
        while ((event = next_event(ctx)) != NULL)
            if (event->kind == kind || event->kind == other)
                return event;
    }
    fprintf(stderr, "neither event %d nor %d came\n", (int)kind, (int)other);
    exit(1);
}

/* Logs in with the session file; returns the user id. */
static uint64_t come_in(im_ctx *ctx, im_id *client) {
    const im_client_state *state;
    OK(connect_from(ctx, dir, client));
    CHECK(answer(ctx, IM_EVENT_LOGGED_IN, IM_EVENT_LOGIN_REFUSED)->kind == IM_EVENT_LOGGED_IN);
    OK(im_client_look(ctx, *client, &state));
    return state->user;
}

int main(void) {
    im_ctx *one, *two;
    im_id server, client;
    uint64_t tri;
    im_str listening;
    place = make_context(0);
    OK(im_serve(place, NULL, &server));
    OK(im_listen(place, server, "127.0.0.1:0", &listening));
    snprintf(address, sizeof address, "%s", listening.ptr);
    snprintf(dir, sizeof dir, "/tmp/im-session-XXXXXX");
    CHECK(mkdtemp(dir) != NULL);

    one = make_context(0);
    tri = come_in(one, &client);
    /* Like a crash: no quit is sent. */
    OK(im_free(one));
    one = make_context(0);
    CHECK(come_in(one, &client) == tri);

    /* While that client exists, a second one does not resume its session. */
    two = make_context(0);
    OK(connect_from(two, dir, &client));
    CHECK(answer(two, IM_EVENT_LOGGED_IN, IM_EVENT_LOGIN_REFUSED)->kind == IM_EVENT_LOGIN_REFUSED);
    OK(im_free(two));
    OK(im_free(one));

    /* Quitting removes the session file. */
    one = make_context(0);
    CHECK(come_in(one, &client) == tri);
    OK(im_client_quit(one, client, NULL));
    answer(one, IM_EVENT_DISCONNECTED, IM_EVENT_DISCONNECTED);
    OK(im_free(one));
    CHECK(rmdir(dir) == 0);

    /* A directory that cannot be created. */
    one = make_context(0);
    FAILS(IM_E_IO, connect_from(one, "/dev/null/im", &client));
    CHECK(strstr(im_last_error(), "/dev/null/im") != NULL);
    OK(im_free(one));
    OK(im_free(place));
    return 0;
}
