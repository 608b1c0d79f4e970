/* IM_OPT_STATE_DIR and IM_OPT_SNAPSHOT: a program ends without quitting, and the next one with the same name resumes its session. */
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

/* A program stores a snapshot and ends; the next one goes on from it, with the entries and the posts that are missing. */
static void goes_on_from_a_snapshot(void) {
    im_ctx *one = make_context(0), *two = make_context(0);
    im_id tri, other;
    im_config *config;
    im_txn_id txn_id;
    im_str snapshot;
    char *kept;
    const im_event *event;
    const im_client_state *state;
    uint64_t user;
    int messages = 0, posted = 0;
    OK(im_config_new(&config));
    OK(im_config_set_str(config, IM_OPT_NAME, "Snap"));
    OK(im_connect(one, address, config, &tri));
    answer(one, IM_EVENT_BACKLOG, IM_EVENT_PEOPLE);
    FAILS(IM_E_HANDLE, im_client_snapshot(one, tri + 99, &snapshot));
    OK(im_client_post(one, tri, 1, "before", IM_NUL_TERMINATED, NULL));
    while (answer(one, IM_EVENT_POSTED, IM_EVENT_MESSAGE)->kind != IM_EVENT_POSTED)
        ;
    drop_events(one);
    OK(im_client_look(one, tri, &state));
    user = state->user;
    OK(im_client_post(one, tri, 1, "not sent", IM_NUL_TERMINATED, &txn_id));
    OK(im_client_snapshot(one, tri, &snapshot));
    CHECK(strstr(snapshot.ptr, "not sent") != NULL && strstr(snapshot.ptr, "before") == NULL);
    kept = (char *)malloc(snapshot.len + 1);
    memcpy(kept, snapshot.ptr, snapshot.len + 1);
    /* Like a crash. */
    OK(im_free(one));

    OK(im_config_set_str(config, IM_OPT_NAME, "Other"));
    OK(im_connect(two, address, config, &other));
    answer(two, IM_EVENT_LOGGED_IN, IM_EVENT_LOGIN_REFUSED);
    OK(im_client_post(two, other, 1, "missed", IM_NUL_TERMINATED, NULL));
    answer(two, IM_EVENT_POSTED, IM_EVENT_POST_FAILED);
    OK(im_free(two));

    one = make_context(0);
    OK(im_config_set_str(config, IM_OPT_SNAPSHOT, "{}"));
    FAILS(IM_E_TEXT, im_connect(one, address, config, &tri));
    OK(im_config_set_str(config, IM_OPT_NAME, "Snap"));
    OK(im_config_set_str(config, IM_OPT_SNAPSHOT, kept));
    OK(im_connect(one, address, config, &tri));
    while (messages < 2 || !posted) {
        event = answer(one, IM_EVENT_MESSAGE, IM_EVENT_POSTED);
        if (event->kind == IM_EVENT_POSTED) {
            CHECK(memcmp(&event->data.posted->txn_id, &txn_id, sizeof txn_id) == 0);
            posted = 1;
        } else {
            CHECK(strcmp(event->text.ptr, messages == 0 ? "missed" : "not sent") == 0);
            messages++;
        }
    }
    OK(im_client_look(one, tri, &state));
    CHECK(state->user == user && state->unanswered == 0);
    OK(im_client_post(one, tri, 1, "events wait", IM_NUL_TERMINATED, NULL));
    while (im_client_snapshot(one, tri, &snapshot) == IM_OK) {
        OK(im_step(place, 1));
        drop_events(place);
        OK(im_step(one, 1));
    }
    FAILS(IM_E_NOT_READY, im_client_snapshot(one, tri, &snapshot));
    OK(im_config_free(config));
    OK(im_free(one));
    free(kept);
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

    goes_on_from_a_snapshot();

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
