/* Every kind of event, on a virtual clock, as JSON: `stream SEED` writes the same bytes every time. */
#include "check.h"

static void drain(im_ctx *ctx) {
    const char *text;
    size_t len;
    int32_t wait;
    int idle = 0;
    while (idle < 3) {
        OK(im_step(ctx, 0));
        OK(im_next_events(ctx, IM_FORMAT_JSON, 1000, &text, &len));
        if (strcmp(text, "[]") == 0) {
            OK(im_next_timeout(ctx, &wait));
            if (wait < 0 || wait > 1000)
                idle++;
            OK(im_advance(ctx, wait > 0 && wait <= 1000 ? (uint32_t)wait : 0));
        } else {
            puts(text);
            idle = 0;
        }
    }
}

int main(int argc, char **argv) {
    im_ctx *ctx = make_context(argc > 1 ? atol(argv[1]) : 1);
    im_config *config;
    im_id server = 0, anna, bert;
    im_txn_id txn_id;
    uint32_t request = 0;
    const im_room *room;
    const im_person *person;
    const im_client_state *client_state;
    const im_server_state *state;
    im_str bound;
    int count;
    uint64_t after;

    OK(im_config_new(&config));
    OK(im_config_set_str(config, IM_OPT_NAME, "the office"));
    OK(im_config_set_str(config, IM_OPT_WELCOME, "be kind"));
    OK(im_config_set_str(config, IM_OPT_PASSKEY, "sesame"));
    OK(im_config_set_int(config, IM_OPT_OBSERVE, 1));
    OK(im_serve(ctx, config, &server));
    OK(im_config_free(config));
    OK(im_listen(ctx, server, "mem:office", &bound));
    CHECK(strcmp(bound.ptr, "mem:office") == 0 && bound.len == 10);

    anna = make_client(ctx, "mem:office", "anna");
    drain(ctx); /* refused: no passkey */
    OK(im_client_login(ctx, anna, NULL, "sesame"));
    OK(im_server_set_str(ctx, server, IM_OPT_PASSKEY, NULL));
    bert = make_client(ctx, "mem:office", "bert");
    drain(ctx);
    OK(im_client_post(ctx, anna, 1, "hello @bert", IM_NUL_TERMINATED, &txn_id));
    drain(ctx);
    OK(im_client_reply(ctx, bert, 1, 1, "hello \xf0\x9f\x91\x8b", IM_NUL_TERMINATED, NULL));
    OK(im_client_react(ctx, bert, 1, 1, "\xf0\x9f\x91\x8d", 1, NULL));
    OK(im_client_edit(ctx, anna, 1, 1, "hello, @bert", IM_NUL_TERMINATED, NULL));
    drain(ctx);
    OK(im_client_delete(ctx, bert, 1, 2, NULL));
    OK(im_client_mark_read(ctx, bert, 1, 3));
    OK(im_client_typing(ctx, bert, 1, 1));
    OK(im_client_set_status(ctx, anna, 1, "at lunch", &request));
    OK(im_client_create_room(ctx, anna, "tea", "hot things", &request));
    drain(ctx);
    OK(im_client_join(ctx, bert, "tea", &request));
    drain(ctx);
    OK(im_client_next_room(ctx, bert, 1, &room));
    CHECK(room != NULL && strcmp(room->name.ptr, "tea") == 0 && room->members == 2);
    after = room->room;
    OK(im_client_next_room(ctx, bert, after, &room));
    CHECK(room == NULL);
    OK(im_client_set_topic(ctx, bert, after, "hotter things", &request));
    OK(im_client_list_rooms(ctx, bert, 0, &request));
    OK(im_client_list_users(ctx, bert, 0, &request));
    OK(im_client_list_members(ctx, bert, after, 0, &request));
    OK(im_client_history(ctx, bert, 1, 0, 10, &request));
    OK(im_client_direct(ctx, bert, "anna", &request));
    drain(ctx);
    OK(im_client_leave(ctx, bert, after, &request));
    OK(im_server_broadcast(ctx, server, "the canteen opens"));
    drain(ctx);

    OK(im_client_look(ctx, bert, &client_state));
    CHECK(client_state->ready == 1 && client_state->closed == 0 && client_state->user != 0);
    for (count = 0, after = 0;; after = person->user, count++) {
        OK(im_client_next_person(ctx, bert, after, &person));
        if (person == NULL)
            break;
        CHECK(person->size == sizeof *person && person->name.len == 4);
    }
    CHECK(count == 2);
    OK(im_server_look(ctx, server, &state));
    CHECK(state->people == 2 && state->connections == 2 && state->rooms == 2 && state->drained == 0);
    OK(im_server_next_person(ctx, server, 0, &person));
    CHECK(person != NULL && strcmp(person->name.ptr, "anna") == 0 && person->presence == IM_PRESENCE_AWAY);
    OK(im_server_next_room(ctx, server, 1, &room));
    CHECK(room != NULL && strcmp(room->topic.ptr, "hotter things") == 0);
    OK(im_server_kick(ctx, server, "anna", "enough"));
    drain(ctx);
    FAILS(IM_E_CLOSED, im_client_retry_now(ctx, anna));
    OK(im_server_drain(ctx, server));
    drain(ctx);
    OK(im_client_quit(ctx, bert, "bye"));
    drain(ctx);
    OK(im_server_look(ctx, server, &state));
    CHECK(state->drained == 1);
    OK(im_remove(ctx, bert));
    OK(im_remove(ctx, anna));
    OK(im_remove(ctx, server));
    OK(im_free(ctx));
    return 0;
}
