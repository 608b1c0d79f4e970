/* A program with the default action for SIGPIPE survives peers that disconnect during a write: over TCP with a reset, over a unix
 * socket by closing, where the next write returns EPIPE. */
#include "check.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static void step_all(im_ctx *ctx, int turns) {
    while (turns-- > 0) {
        OK(im_step(ctx, 1));
        drop_events(ctx);
    }
}

/* A raw peer that speaks a minimum of the protocol, in hand-written MessagePack. */
static void say(int fd, const char *bytes, size_t len) {
    unsigned char head[4];
    head[0] = head[1] = 0;
    head[2] = (unsigned char)(len >> 8), head[3] = (unsigned char)len;
    CHECK(write(fd, head, 4) == 4 && write(fd, bytes, len) == (ssize_t)len);
}

static int open_peer(const char *address) {
    int fd;
    if (strncmp(address, "unix:", 5) == 0) {
        struct sockaddr_un to;
        memset(&to, 0, sizeof to);
        to.sun_family = AF_UNIX;
        CHECK(strlen(address + 5) < sizeof to.sun_path);
        memcpy(to.sun_path, address + 5, strlen(address + 5) + 1);
        fd = socket(AF_UNIX, SOCK_STREAM, 0);
        CHECK(fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) == 0);
    } else {
        struct sockaddr_in to;
        memset(&to, 0, sizeof to);
        to.sin_family = AF_INET;
        to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        to.sin_port = htons((uint16_t)atoi(strrchr(address, ':') + 1));
        fd = socket(AF_INET, SOCK_STREAM, 0);
        CHECK(fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) == 0);
    }
    return fd;
}

static void round_of(im_ctx *ctx, im_id server, im_id anna, const char *address, int round, const char *text) {
    char login[64];
    struct linger linger;
    int fd = open_peer(address), i;
    /* [1, {"l":1,"h":1}] and [2, {"i":1,"n":"b?"}]: see docs/protocol.md. */
    say(fd, "\x92\x01\x82\xa1l\x01\xa1h\x01", 9);
    memcpy(login, "\x92\x02\x82\xa1i\x01\xa1n\xa2", 9);
    login[9] = 'b', login[10] = (char)('a' + round);
    say(fd, login, 11);
    step_all(ctx, 20);
    /* It reads nothing: its socket buffer fills, then the server's send queue. */
    for (i = 0; i < 60; i++)
        OK(im_client_post(ctx, anna, 1, text, 16000, NULL));
    if (round % 2 == 0)
        step_all(ctx, 10);
    /* With unread bytes and a linger time of zero, the kernel sends a reset. */
    linger.l_onoff = 1, linger.l_linger = 0;
    CHECK(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger) == 0);
    close(fd);
    /* Written at the start of the next step, before the close of the other side is seen. */
    OK(im_server_broadcast(ctx, server, "is anybody there?"));
    step_all(ctx, 10);
}

int main(void) {
    im_ctx *ctx = make_context(0);
    im_config *config;
    im_id server = 0, anna;
    im_str bound;
    char *text = (char *)malloc(16000), tcp[64], local[64];
    const im_server_state *state;
    int round;

    CHECK(text != NULL && signal(SIGPIPE, SIG_DFL) == SIG_DFL);
    memset(text, 'x', 16000);
    OK(im_config_new(&config));
    OK(im_config_set_int(config, IM_OPT_REQUESTS_PER_SECOND, 0));
    OK(im_serve(ctx, config, &server));
    OK(im_config_free(config));
    OK(im_listen(ctx, server, "127.0.0.1:0", &bound));
    memcpy(tcp, bound.ptr, bound.len + 1);
    snprintf(local, sizeof local, "unix:reset-%d.sock", (int)getpid());
    OK(im_listen(ctx, server, local, NULL));
    anna = make_client(ctx, tcp, "anna");
    wait_for(ctx, anna, IM_EVENT_ROOM_ENTERED);
    for (round = 0; round < 20; round++)
        round_of(ctx, server, anna, round < 10 ? tcp : local, round, text);
    free(text);
    OK(im_server_look(ctx, server, &state));
    CHECK(state->people == 21); /* They did log in, and their sessions are kept. */
    OK(im_free(ctx));
    CHECK(access(local + 5, F_OK) != 0); /* Nothing is left behind. */
    return 0;
}
