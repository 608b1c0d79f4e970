/* The look-up functions, and the functions of a server. */
#include "check.h"

static im_ctx *ctx;
static im_id server, anna, bert;

static uint32_t members(im_id client, uint64_t room) {
    const im_room *found;
    OK(im_client_room(ctx, client, room, &found));
    CHECK(found != NULL && found->room == room);
    return found->members;
}

static uint64_t user_of(im_id client) {
    const im_client_state *state;
    OK(im_client_look(ctx, client, &state));
    return state->user;
}

static void counts_are_live(void) {
    im_id cora;
    uint64_t private_room;
    while (members(anna, 1) != 2)
        wait_for(ctx, anna, IM_EVENT_PRESENCE);
    CHECK(members(bert, 1) == 2);
    cora = make_client(ctx, "mem:a", "cora");
    while (members(anna, 1) != 3)
        wait_for(ctx, anna, IM_EVENT_PRESENCE);
    OK(im_client_quit(ctx, cora, NULL));
    while (members(anna, 1) != 2)
        wait_for(ctx, anna, IM_EVENT_PRESENCE);
    OK(im_remove(ctx, cora));
    /* Both sides of a private conversation see two members. */
    OK(im_client_direct(ctx, anna, "bert", NULL));
    private_room = wait_for(ctx, bert, IM_EVENT_ROOM_ENTERED)->room;
    CHECK(private_room != 1 && members(bert, private_room) == 2);
    wait_for(ctx, anna, IM_EVENT_DONE);
    CHECK(members(anna, private_room) == 2);
}

static void look_ups_stand_side_by_side(void) {
    const im_room *lobby, *none;
    const im_person *person, *other;
    const im_client_state *state;
    const im_server_info *info;
    char text[200];
    OK(im_client_look(ctx, anna, &state));
    OK(im_client_room(ctx, anna, 1, &lobby));
    OK(im_client_room(ctx, anna, 4711, &none));
    OK(im_client_person(ctx, anna, user_of(bert), &person));
    OK(im_client_person(ctx, anna, user_of(anna), &other));
    snprintf(text, sizeof text, "%s %s %s %s", state->name.ptr, lobby->name.ptr, person->name.ptr, other->name.ptr);
    CHECK(strcmp(text, "anna lobby bert anna") == 0);
    CHECK(none == NULL);
    OK(im_client_server(ctx, anna, &info));
    CHECK(info->version >= 1 && info->epoch != 0 && info->passkey == 0 && info->backlog == 50);
    CHECK(info->name_bytes_max == 64 && info->requests_per_second > 0 && strcmp(info->name.ptr, "the lab") == 0);
}

static void history_both_ways(void) {
    const im_event *event;
    const im_page *page;
    uint32_t request, got;
    int i;
    char text[20];
    for (i = 1; i <= 5; i++) {
        snprintf(text, sizeof text, "number %d", i);
        OK(im_client_post(ctx, anna, 1, text, IM_NUL_TERMINATED, NULL));
        wait_for(ctx, anna, IM_EVENT_POSTED);
    }
    OK(im_client_react(ctx, anna, 1, 1, "+", 1, NULL));
    wait_for(ctx, anna, IM_EVENT_POSTED);
    OK(im_client_fetch(ctx, anna, 1, 2, 0, 2, IM_FETCH_UPWARD, &request));
    event = wait_for(ctx, anna, IM_EVENT_HISTORY);
    page = event->data.page;
    got = event->request;
    CHECK(got == request && page->entries.count == 2 && page->entries.items[0]->seq == 3 && page->more == 1);
    CHECK(page->from == 3 && page->to == 4 && page->head == 6);
    OK(im_client_fetch(ctx, anna, 1, 0, 0, 2, 0, NULL));
    page = wait_for(ctx, anna, IM_EVENT_HISTORY)->data.page;
    CHECK(page->entries.count == 2 && page->entries.items[1]->kind == IM_EVENT_REACTED && page->entries.items[0]->seq == 5);
    OK(im_client_fetch(ctx, anna, 1, 0, 0, 1, IM_FETCH_MESSAGES, NULL));
    page = wait_for(ctx, anna, IM_EVENT_HISTORY)->data.page;
    CHECK(page->entries.count == 1 && page->entries.items[0]->seq == 5);
    FAILS(IM_E_RANGE, im_client_fetch(ctx, anna, 1, 0, 0, 1, 64, NULL));
}

static void words_are_found(void) {
    const im_found *found;
    const im_page *page;
    uint32_t request;
    uint64_t time;
    im_search search;
    memset(&search, 0, sizeof search);
    search.size = sizeof search;
    search.text = "NUMB";
    search.limit = 3;
    OK(im_client_search(ctx, anna, &search, &request));
    found = wait_for(ctx, anna, IM_EVENT_FOUND)->data.found;
    CHECK(found->entries.count == 3 && found->entries.items[0]->seq == 5 && strcmp(found->entries.items[2]->text.ptr, "number 3") == 0);
    CHECK(found->more == 1 && found->next_room == 1 && found->next_seq == 3);
    search.before_room = found->next_room;
    search.before_seq = found->next_seq;
    OK(im_client_search(ctx, anna, &search, &request));
    found = wait_for(ctx, anna, IM_EVENT_FOUND)->data.found;
    CHECK(found->entries.count == 2 && found->more == 0 && found->next_room == 0);
    time = found->entries.items[1]->time;
    search.before_room = 0;
    search.author = "nobody";
    search.room = 1;
    OK(im_client_search(ctx, anna, &search, NULL));
    CHECK(wait_for(ctx, anna, IM_EVENT_FOUND)->data.found->entries.count == 0);
    OK(im_client_fetch(ctx, anna, 1, time, 0, 1, IM_FETCH_UPWARD | IM_FETCH_SINCE, NULL));
    page = wait_for(ctx, anna, IM_EVENT_HISTORY)->data.page;
    CHECK(page->entries.count == 1 && page->entries.items[0]->seq == 1);
    search.text = search.author = NULL;
    OK(im_client_search(ctx, anna, &search, &request));
    CHECK(wait_for(ctx, anna, IM_EVENT_FAILED)->code == IM_CODE_INVALID);
    search.room = 4711;
    FAILS(IM_E_NOT_IN_ROOM, im_client_search(ctx, anna, &search, NULL));
    search.size = 8;
    FAILS(IM_E_RANGE, im_client_search(ctx, anna, &search, NULL));
    FAILS(IM_E_NULL, im_client_search(ctx, anna, NULL, NULL));
}

static void the_servers_side(void) {
    const im_event *event;
    const im_member *member;
    uint64_t room;
    int count = 0;
    OK(im_client_create_room(ctx, anna, "tea", NULL, NULL));
    room = wait_for(ctx, anna, IM_EVENT_DONE)->room;
    OK(im_client_join(ctx, bert, "tea", NULL));
    wait_for(ctx, bert, IM_EVENT_DONE);
    OK(im_server_next_member(ctx, server, room, 0, &member));
    for (; member != NULL; count++)
        OK(im_server_next_member(ctx, server, room, member->user, &member));
    CHECK(count == 2);

    OK(im_server_post(ctx, server, room, "mind the kettle", IM_NUL_TERMINATED));
    event = wait_for(ctx, bert, IM_EVENT_MESSAGE);
    while (event->room != room)
        event = wait_for(ctx, bert, IM_EVENT_MESSAGE);
    CHECK(strcmp(event->text.ptr, "mind the kettle") == 0 && event->data.entry->author == 0);
    CHECK(strcmp(event->data.entry->name.ptr, "the lab") == 0);
    FAILS(IM_E_NOT_FOUND, im_server_post(ctx, server, 4711, "x", 1));

    OK(im_client_post(ctx, bert, room, "rude", 4, NULL));
    event = wait_for(ctx, bert, IM_EVENT_POSTED);
    OK(im_server_delete(ctx, server, room, event->data.posted->seq));
    event = wait_for(ctx, anna, IM_EVENT_DELETED);
    CHECK(event->room == room && event->data.entry->author == 0);

    OK(im_server_remove_member(ctx, server, room, user_of(bert), "be kind"));
    event = wait_for(ctx, bert, IM_EVENT_ROOM_EXITED);
    CHECK(event->room == room && strcmp(event->text.ptr, "be kind") == 0);
    event = wait_for(ctx, anna, IM_EVENT_LEFT);
    CHECK(event->data.entry->reason == IM_LEAVE_KICKED);
    FAILS(IM_E_NOT_FOUND, im_server_remove_member(ctx, server, room, user_of(bert), NULL));
    FAILS(IM_E_NOT_IN_ROOM, im_server_remove_member(ctx, server, 1, user_of(bert), NULL));

    OK(im_server_close_room(ctx, server, room, "tea is over"));
    event = wait_for(ctx, anna, IM_EVENT_ROOM_EXITED);
    CHECK(event->room == room && strcmp(event->text.ptr, "tea is over") == 0);
    FAILS(IM_E_NOT_FOUND, im_server_close_room(ctx, server, room, NULL));
    FAILS(IM_E_NOT_IN_ROOM, im_server_close_room(ctx, server, 1, NULL));
    OK(im_client_create_room(ctx, bert, "tea", NULL, NULL)); /* Its name is free again. */
    CHECK(wait_for(ctx, bert, IM_EVENT_DONE)->room != room);
}

static void settings_and_listeners(void) {
    im_id late;
    const im_event *event;
    OK(im_server_set_int(ctx, server, IM_OPT_APPROVE_JOINS, 1));
    OK(im_client_join(ctx, anna, "tea", NULL));
    event = wait_for(ctx, server, IM_EVENT_APPROVAL);
    OK(im_server_resolve(ctx, server, event->data.approval->approval, 1, NULL));
    FAILS(IM_E_OPTION, im_server_set_int(ctx, server, IM_OPT_HISTORY_MAX, 5));
    FAILS(IM_E_RANGE, im_server_set_int(ctx, server, IM_OPT_BACKLOG, 1000));

    FAILS(IM_E_NOT_FOUND, im_unlisten(ctx, server, "mem:elsewhere"));
    OK(im_unlisten(ctx, server, "mem:a"));
    late = make_client(ctx, "mem:a", "late");
    event = wait_for(ctx, late, IM_EVENT_DISCONNECTED);
    OK(im_client_post(ctx, anna, 1, "still here", IM_NUL_TERMINATED, NULL));
    wait_for(ctx, anna, IM_EVENT_POSTED);
    OK(im_listen(ctx, server, "mem:a", NULL));
    OK(im_unlisten(ctx, server, NULL));
    OK(im_listen(ctx, server, "mem:a", NULL));
    wait_for(ctx, late, IM_EVENT_LOGGED_IN);
    OK(im_server_kick_user(ctx, server, user_of(late), "by id"));
    event = wait_for(ctx, late, IM_EVENT_DISCONNECTED);
    CHECK(event->code == IM_CODE_KICKED && strstr(event->text.ptr, "by id") != NULL);
    FAILS(IM_E_NOT_FOUND, im_server_kick_user(ctx, server, 4711, NULL));
}

int main(void) {
    im_config *config;
    const im_event *event;
    const im_client_state *state;
    int tag, i;

    CHECK(strcmp(im_event_kind_name(IM_EVENT_MESSAGE), "message") == 0);
    CHECK(strcmp(im_event_kind_name(-5), "unknown") == 0);
    CHECK(strcmp(im_code_name(IM_CODE_NAME_TAKEN), "name_taken") == 0);
    CHECK(strcmp(im_code_name(0), "none") == 0 && strcmp(im_code_name(999), "unknown") == 0);

    ctx = make_context(21);
    OK(im_config_new(&config));
    OK(im_config_set_str(config, IM_OPT_NAME, "the lab"));
    OK(im_serve(ctx, config, &server));
    OK(im_config_free(config));
    OK(im_listen(ctx, server, "mem:a", NULL));
    anna = make_client(ctx, "mem:a", "anna");
    OK(im_set_user(ctx, anna, &tag));
    FAILS(IM_E_HANDLE, im_set_user(ctx, 5, &tag));
    event = wait_for(ctx, anna, IM_EVENT_PEOPLE);
    CHECK(event->user == &tag);
    bert = make_client(ctx, "mem:a", "bert");
    event = wait_for(ctx, bert, IM_EVENT_PEOPLE);
    CHECK(event->user == NULL);

    counts_are_live();
    look_ups_stand_side_by_side();
    history_both_ways();
    words_are_found();
    the_servers_side();
    settings_and_listeners();
    /* A heartbeat measures the round trip. */
    OK(im_advance(ctx, 40000));
    for (i = 0; i < 10; i++)
        OK(im_step(ctx, 0));
    OK(im_client_look(ctx, anna, &state));
    CHECK(state->round_trip_us > 0);
    OK(im_free(ctx));
    return 0;
}
