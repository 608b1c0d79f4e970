/* Approvals: of logins, messages, rooms and the rest. */
#include "check.h"

/* Expects an approval request of this kind, refuses it, and expects the requester to be notified. */
static void refuses(im_ctx *ctx, im_id server, im_id client, int32_t wish, const char *text, int32_t told) {
    const im_event *event = wait_for(ctx, server, IM_EVENT_APPROVAL);
    CHECK(event->data.approval->approval_kind == wish && strcmp(event->text.ptr, text) == 0);
    OK(im_server_resolve(ctx, server, event->data.approval->approval, 0, "no"));
    event = wait_for(ctx, client, told);
    CHECK(event->code == IM_CODE_FORBIDDEN && strcmp(event->text.ptr, "no") == 0);
}

int main(void) {
    im_ctx *ctx = make_context(3);
    im_config *config;
    im_id server = 0, mallory, anna;
    const im_event *event;
    uint64_t approval;
    uint32_t request = 0;
    uint64_t room;

    OK(im_config_new(&config));
    OK(im_config_set_int(config, IM_OPT_APPROVE_ALL, 1));
    OK(im_config_set_int(config, IM_OPT_APPROVE_JOINS, 0)); /* Overrides IM_OPT_APPROVE_ALL. */
    OK(im_serve(ctx, config, &server));
    OK(im_config_free(config));
    OK(im_listen(ctx, server, "mem:a", NULL));

    mallory = make_client(ctx, "mem:a", "mallory");
    event = wait_for(ctx, server, IM_EVENT_APPROVAL);
    CHECK(event->data.approval->approval_kind == IM_APPROVAL_LOG_IN);
    CHECK(strcmp(event->data.approval->name.ptr, "mallory") == 0);
    CHECK(strcmp(event->data.approval->peer.ptr, "local") == 0);
    OK(im_server_resolve(ctx, server, event->data.approval->approval, 0, "not today"));
    event = wait_for(ctx, mallory, IM_EVENT_LOGIN_REFUSED);
    CHECK(event->code == IM_CODE_FORBIDDEN && strcmp(event->text.ptr, "not today") == 0);
    OK(im_remove(ctx, mallory));

    anna = make_client(ctx, "mem:a", "anna");
    event = wait_for(ctx, server, IM_EVENT_APPROVAL);
    approval = event->data.approval->approval;
    OK(im_server_resolve(ctx, server, approval, 1, NULL));
    FAILS(IM_E_GONE, im_server_resolve(ctx, server, approval, 1, NULL));
    wait_for(ctx, anna, IM_EVENT_ROOM_ENTERED);

    OK(im_client_post(ctx, anna, 1, "a rude word", IM_NUL_TERMINATED, NULL));
    event = wait_for(ctx, server, IM_EVENT_APPROVAL);
    OK(im_client_create_room(ctx, anna, "tea", "a rude topic", &request)); /* It waits until the approval is resolved. */
    CHECK(event->data.approval->approval_kind == IM_APPROVAL_POST && strcmp(event->text.ptr, "a rude word") == 0);
    CHECK(event->room == 1 && event->data.approval->user != 0);
    OK(im_server_resolve(ctx, server, event->data.approval->approval, 0, "mind your language"));
    event = wait_for(ctx, anna, IM_EVENT_POST_FAILED);
    CHECK(event->code == IM_CODE_FORBIDDEN && strcmp(event->text.ptr, "mind your language") == 0);
    event = wait_for(ctx, server, IM_EVENT_APPROVAL);
    CHECK(event->data.approval->approval_kind == IM_APPROVAL_CREATE_ROOM && strcmp(event->text.ptr, "tea") == 0);
    CHECK(strcmp(event->data.approval->topic.ptr, "a rude topic") == 0);
    OK(im_server_resolve(ctx, server, event->data.approval->approval, 1, NULL));
    event = wait_for(ctx, anna, IM_EVENT_DONE);
    CHECK(event->request == request && event->room != 0);

    /* Everything that others would read needs approval. */
    room = event->room;
    OK(im_client_set_topic(ctx, anna, room, "rude", NULL));
    refuses(ctx, server, anna, IM_APPROVAL_SET_TOPIC, "rude", IM_EVENT_FAILED);
    OK(im_client_set_status(ctx, anna, 0, "rude", NULL));
    refuses(ctx, server, anna, IM_APPROVAL_SET_STATUS, "rude", IM_EVENT_FAILED);
    OK(im_client_react(ctx, anna, room, 1, "rude", 1, NULL));
    refuses(ctx, server, anna, IM_APPROVAL_REACT, "rude", IM_EVENT_POST_FAILED);
    OK(im_client_delete(ctx, anna, room, 1, NULL));
    refuses(ctx, server, anna, IM_APPROVAL_DELETE, "", IM_EVENT_POST_FAILED);
    OK(im_client_edit(ctx, anna, room, 1, "rude", 4, NULL));
    refuses(ctx, server, anna, IM_APPROVAL_EDIT, "rude", IM_EVENT_POST_FAILED);
    OK(im_client_direct(ctx, anna, "anna", NULL));
    refuses(ctx, server, anna, IM_APPROVAL_DIRECT, "anna", IM_EVENT_FAILED);

    /* Not resolved in time: it is refused, and the connection continues. */
    OK(im_client_post(ctx, anna, 1, "well?", IM_NUL_TERMINATED, NULL));
    event = wait_for(ctx, anna, IM_EVENT_POST_FAILED);
    CHECK(event->code == IM_CODE_TIMED_OUT);

    /* The requester disconnects: the approval is closed. */
    OK(im_client_post(ctx, anna, 1, "well?", IM_NUL_TERMINATED, NULL));
    event = wait_for(ctx, server, IM_EVENT_APPROVAL);
    approval = event->data.approval->approval;
    OK(im_remove(ctx, anna));
    wait_for(ctx, server, IM_EVENT_PERSON_DETACHED);
    FAILS(IM_E_GONE, im_server_resolve(ctx, server, approval, 1, NULL));
    OK(im_free(ctx));
    return 0;
}
