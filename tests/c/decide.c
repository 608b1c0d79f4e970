/* The program decides: about logins, messages and rooms. */
#include "check.h"

int main(void) {
    im_ctx *ctx = make_context(3);
    im_config *config;
    im_id server = 0, mallory, anna;
    const im_event *event;
    uint64_t question;
    uint32_t request = 0;
    int32_t option;

    OK(im_config_new(&config));
    for (option = IM_OPT_ASK_LOGINS; option <= IM_OPT_ASK_DIRECTS; option++)
        OK(im_config_set_int(config, option, 1));
    OK(im_serve(ctx, config, &server));
    OK(im_config_free(config));
    OK(im_listen(ctx, server, "mem:a", NULL));

    mallory = make_client(ctx, "mem:a", "mallory");
    event = wait_for(ctx, server, IM_EVENT_QUESTION);
    CHECK(event->data.question->wish == IM_WISH_LOG_IN);
    CHECK(strcmp(event->data.question->name.ptr, "mallory") == 0);
    CHECK(strcmp(event->data.question->peer.ptr, "local") == 0);
    OK(im_server_decide(ctx, server, event->data.question->question, 0, "not today"));
    event = wait_for(ctx, mallory, IM_EVENT_LOGIN_REFUSED);
    CHECK(event->code == IM_CODE_FORBIDDEN && strcmp(event->text.ptr, "not today") == 0);
    OK(im_remove(ctx, mallory));

    anna = make_client(ctx, "mem:a", "anna");
    event = wait_for(ctx, server, IM_EVENT_QUESTION);
    question = event->data.question->question;
    OK(im_server_decide(ctx, server, question, 1, NULL));
    FAILS(IM_E_GONE, im_server_decide(ctx, server, question, 1, NULL));
    wait_for(ctx, anna, IM_EVENT_ROOM_ENTERED);

    OK(im_client_post(ctx, anna, 1, "a rude word", IM_NUL_TERMINATED, NULL));
    event = wait_for(ctx, server, IM_EVENT_QUESTION);
    OK(im_client_create_room(ctx, anna, "tea", NULL, &request)); /* It waits behind the question. */
    CHECK(event->data.question->wish == IM_WISH_POST && strcmp(event->text.ptr, "a rude word") == 0);
    CHECK(event->room == 1 && event->data.question->user != 0);
    OK(im_server_decide(ctx, server, event->data.question->question, 0, "mind your language"));
    event = wait_for(ctx, anna, IM_EVENT_POST_FAILED);
    CHECK(event->code == IM_CODE_FORBIDDEN && strcmp(event->text.ptr, "mind your language") == 0);
    event = wait_for(ctx, server, IM_EVENT_QUESTION);
    CHECK(event->data.question->wish == IM_WISH_CREATE_ROOM && strcmp(event->text.ptr, "tea") == 0);
    OK(im_server_decide(ctx, server, event->data.question->question, 1, NULL));
    event = wait_for(ctx, anna, IM_EVENT_DONE);
    CHECK(event->request == request && event->room != 0);

    /* Nobody decides: after a while it is refused, and the connection goes on. */
    OK(im_client_post(ctx, anna, 1, "well?", IM_NUL_TERMINATED, NULL));
    event = wait_for(ctx, anna, IM_EVENT_POST_FAILED);
    CHECK(event->code == IM_CODE_TIMED_OUT);

    /* Who asks is gone: the question is too. */
    OK(im_client_post(ctx, anna, 1, "well?", IM_NUL_TERMINATED, NULL));
    event = wait_for(ctx, server, IM_EVENT_QUESTION);
    question = event->data.question->question;
    OK(im_remove(ctx, anna));
    wait_for(ctx, server, IM_EVENT_PERSON_DETACHED);
    FAILS(IM_E_GONE, im_server_decide(ctx, server, question, 1, NULL));
    OK(im_free(ctx));
    return 0;
}
