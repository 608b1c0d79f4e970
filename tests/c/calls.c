/* Random calls with valid, stale, foreign and nonsensical arguments: `calls SEED COUNT`. The program must not crash, and every
 * status must be one of the header's. */
#include "check.h"

static uint64_t state;

static uint64_t any(void) { /* xorshift64*, Marsaglia 2003 and Vigna 2016 */
    state ^= state >> 12, state ^= state << 25, state ^= state >> 27;
    return state * 2685821657736338717u;
}

static uint64_t below(uint64_t end) {
    return any() % end;
}

#define SLOTS 8
static im_ctx *contexts[SLOTS];
static im_config *configs[SLOTS];
static im_waker *wakers[SLOTS];
static im_id ids[4 * SLOTS];

static im_ctx *context(void) {
    return below(50) == 0 ? (im_ctx *)configs[below(SLOTS)] : contexts[below(SLOTS)];
}

static im_config *config(void) {
    return below(50) == 0 ? (im_config *)wakers[below(SLOTS)] : configs[below(SLOTS)];
}

static im_id id(void) {
    return below(20) == 0 ? any() : ids[below(4 * SLOTS)] + (below(40) == 0);
}

static const char *string(void) {
    static const char *const strings[] = {
        "anna", "bert", "mem:a", "mem:b", "", " ", "tea", "127.0.0.1:1", "unix:", "a\xff", "\xf0\x9f\x91\x8d", "sesame",
        "hello @anna", "\x1b[31m", "\xe2\x80\xae", "a/very/long/name/that/nobody/would/take/because/it/has/so/very/many/letters/in/it",
    };
    uint64_t which = below(sizeof strings / sizeof strings[0] + 1);
    return which == 0 ? NULL : strings[which - 1];
}

static uint64_t room(void) {
    return below(10) == 0 ? any() : below(4);
}

static int32_t call(void) {
    im_ctx *ctx = context();
    im_id it = id(), *place = &ids[below(4 * SLOTS)];
    uint64_t slot = below(SLOTS);
    const char *text = string(), *out;
    size_t len, text_len = text == NULL ? 0 : below(2) ? IM_NUL_TERMINATED : strlen(text);
    const im_event *event;
    const im_room *a_room;
    const im_person *person;
    const im_client_state *client;
    const im_server_state *server;
    const im_server_info *info;
    const im_member *member;
    im_str bound;
    im_txn_id txn_id;
    im_search search;
    uint32_t request;
    int32_t number;

    switch (below(80)) {
    case 0: return im_new(below(20) ? IM_ABI : (uint32_t)any(), below(3) ? NULL : config(), &contexts[slot]);
    case 1: return below(40) ? IM_OK : im_free(ctx);
    case 2: return im_config_new(&configs[slot]);
    case 3: return below(4) ? IM_OK : im_config_free(config());
    case 4: return im_config_set_str(config(), (int32_t)below(90), text);
    case 5: return im_config_set_int(config(), (int32_t)below(90), below(2) ? (int64_t)below(3) : (int64_t)any());
    case 6: return im_waker_new(ctx, &wakers[slot]);
    case 7: return im_waker_wake(wakers[slot]);
    case 8: return below(4) ? IM_OK : im_waker_free(wakers[slot]);
    case 9: return im_serve(ctx, below(2) ? NULL : config(), place);
    case 10: return im_listen(ctx, it, text, below(2) ? &bound : NULL);
    case 11:
    case 12: return im_connect(ctx, below(2) ? "mem:a" : text, config(), place);
    case 13: return im_client_quit(ctx, it, text);
    case 14: return im_client_login(ctx, it, text, string());
    case 15: return im_client_retry_now(ctx, it);
    case 16: return im_client_post(ctx, it, room(), text, text_len, below(2) ? &txn_id : NULL);
    case 17: return im_client_reply(ctx, it, room(), below(9), text, text_len, NULL);
    case 18: return im_client_edit(ctx, it, room(), below(9), text, text_len, NULL);
    case 19: return im_client_delete(ctx, it, room(), below(9), NULL);
    case 20: return im_client_react(ctx, it, room(), below(9), text, (int32_t)below(2), NULL);
    case 21: return im_client_mark_read(ctx, it, room(), any());
    case 22: return im_client_typing(ctx, it, room(), (int32_t)below(2));
    case 23: return im_client_set_status(ctx, it, (int32_t)below(2), text, NULL);
    case 24: return im_client_create_room(ctx, it, text, string(), &request);
    case 25: return im_client_join(ctx, it, text, &request);
    case 26: return im_client_leave(ctx, it, room(), &request);
    case 27: return im_client_set_topic(ctx, it, room(), text, NULL);
    case 28: return im_client_direct(ctx, it, text, NULL);
    case 29: return im_client_history(ctx, it, room(), below(2) ? 0 : any(), (uint32_t)any(), NULL);
    case 30: return im_client_list_rooms(ctx, it, room(), NULL);
    case 31: return im_client_list_members(ctx, it, room(), 0, NULL);
    case 32: return im_client_look(ctx, it, &client);
    case 33: return im_client_next_room(ctx, it, room(), &a_room);
    case 34: return im_client_next_person(ctx, it, below(9), &person);
    case 35: return im_server_set_str(ctx, it, (int32_t)below(90), text);
    case 36: return im_server_resolve(ctx, it, below(20), (int32_t)below(2), text);
    case 37: return im_server_kick(ctx, it, text, string());
    case 38: return im_server_broadcast(ctx, it, text);
    case 39: return below(10) ? IM_OK : im_server_drain(ctx, it);
    case 40: return im_server_look(ctx, it, &server);
    case 41: return im_server_next_person(ctx, it, below(9), &person);
    case 42: return im_server_next_room(ctx, it, below(9), &a_room);
    case 43: return below(10) ? IM_OK : im_remove(ctx, it);
    case 44: return im_advance(ctx, (uint32_t)(below(2) ? below(100) : any()));
    case 45: return below(2) ? im_next_timeout(ctx, &number) : im_fd(ctx, &number);
    case 46: return im_next_events(ctx, (int32_t)below(4), (uint32_t)below(40), &out, &len);
    case 47: return im_client_list_users(ctx, it, any(), NULL);
    case 48: return im_client_fetch(ctx, it, room(), any(), below(9), (uint32_t)below(300), (int32_t)below(9), NULL);
    case 49: return im_client_room(ctx, it, room(), &a_room);
    case 50: return im_client_person(ctx, it, below(9), &person);
    case 51: return im_client_server(ctx, it, &info);
    case 52: return im_server_post(ctx, it, room(), text, text_len);
    case 53: return im_server_delete(ctx, it, room(), below(9));
    case 54: return im_server_remove_member(ctx, it, room(), below(9), text);
    case 55: return im_server_close_room(ctx, it, room(), text);
    case 56: return im_server_kick_user(ctx, it, below(9), text);
    case 57: return im_server_next_member(ctx, it, room(), below(9), &member);
    case 58: return im_server_set_int(ctx, it, (int32_t)below(90), (int64_t)below(200));
    case 59: return below(4) ? IM_OK : im_unlisten(ctx, it, text);
    case 60: return im_set_user(ctx, it, &state);
    case 62:
        memset(&search, 0, sizeof search);
        search.size = below(9) ? (uint32_t)sizeof search : (uint32_t)any();
        search.text = text;
        search.author = string();
        search.room = below(2) ? 0 : room();
        search.before_room = below(3) ? 0 : room();
        search.before_seq = below(9);
        return im_client_search(ctx, it, below(20) ? &search : NULL, NULL);
    case 61: return im_event_kind_name((int32_t)any())[0] == 0 || im_code_name((int32_t)below(40))[0] == 0;
    default:
        number = im_step(ctx, 0);
        if (number == IM_OK && im_next_event(ctx, &event) == IM_OK && event != NULL)
            return im_event_encode(ctx, (int32_t)below(4), &out, &len);
        return number;
    }
}

int main(int argc, char **argv) {
    uint64_t seed = argc > 1 ? strtoull(argv[1], NULL, 10) : 1, count = argc > 2 ? strtoull(argv[2], NULL, 10) : 20000, i;
    int32_t status;
    int slot;

    state = seed * 0x9e3779b97f4a7c15u + 1;
    for (slot = 0; slot < 3; slot++)
        contexts[slot] = make_context((int64_t)seed + slot);
    for (slot = 0; slot < SLOTS; slot++)
        OK(im_config_new(&configs[slot]));
    /* The start: a server that clients can reach, and people on it. */
    for (slot = 0; slot < 3; slot++) {
        OK(im_serve(contexts[slot], NULL, &ids[4 * slot]));
        OK(im_listen(contexts[slot], ids[4 * slot], "mem:a", NULL));
        ids[4 * slot + 1] = make_client(contexts[slot], "mem:a", "anna");
        ids[4 * slot + 2] = make_client(contexts[slot], "mem:a", "bert");
    }
    for (i = 0; i < count; i++) {
        status = call();
        if (status > 0 || status < IM_E_LOGGED_IN || status == IM_E_FORKED || status == IM_E_PANIC) {
            fprintf(stderr, "seed %llu, call %llu: status %d (%s)\n", (unsigned long long)seed, (unsigned long long)i, (int)status, im_last_error());
            return 1;
        }
    }
    for (slot = 0; slot < SLOTS; slot++) {
        (void)im_free(contexts[slot]);
        (void)im_config_free(configs[slot]);
        (void)im_waker_free(wakers[slot]);
    }
    return 0;
}
