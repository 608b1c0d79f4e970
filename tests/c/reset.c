/* A host that leaves SIGPIPE at its default survives peers that reset while much is being written to them. */
#include "check.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

static void step_all(im_ctx *ctx, int turns) {
    while (turns-- > 0) {
        OK(im_step(ctx, 1));
        drop_events(ctx);
    }
}

/* A raw peer that speaks a little of the protocol: hello and login, MessagePack by hand. */
static void say(int fd, const char *bytes, size_t len) {
    unsigned char head[4];
    head[0] = head[1] = 0;
    head[2] = (unsigned char)(len >> 8), head[3] = (unsigned char)len;
    CHECK(write(fd, head, 4) == 4 && write(fd, bytes, len) == (ssize_t)len);
}

int main(void) {
    im_ctx *ctx = make_context(0);
    im_id server = 0, anna;
    im_str bound;
    struct sockaddr_in to;
    struct linger linger;
    char *text = (char *)malloc(16000), name[2], login[64];
    int round, fd, port, i;

    CHECK(signal(SIGPIPE, SIG_DFL) == SIG_DFL);
    memset(text, 'x', 16000);
    OK(im_serve(ctx, NULL, &server));
    OK(im_listen(ctx, server, "127.0.0.1:0", &bound));
    port = atoi(strrchr(bound.ptr, ':') + 1);
    {
        char address[64];
        memcpy(address, bound.ptr, bound.len + 1);
        anna = make_client(ctx, address, "anna");
    }
    wait_for(ctx, anna, IM_EVENT_ROOM_ENTERED);
    memset(&to, 0, sizeof to);
    to.sin_family = AF_INET;
    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    to.sin_port = htons((uint16_t)port);

    for (round = 0; round < 20; round++) {
        fd = socket(AF_INET, SOCK_STREAM, 0);
        CHECK(fd >= 0 && connect(fd, (struct sockaddr *)&to, sizeof to) == 0);
        /* [1, {"l":1,"h":1}] and [2, {"i":1,"n":"b?"}]: see docs/protocol.md. */
        say(fd, "\x92\x01\x82\xa1l\x01\xa1h\x01", 9);
        name[0] = 'b', name[1] = (char)('a' + round);
        memcpy(login, "\x92\x02\x82\xa1i\x01\xa1n\xa2", 9);
        memcpy(login + 9, name, 2);
        say(fd, login, 11);
        step_all(ctx, 20);
        for (i = 0; i < 50; i++)
            OK(im_client_post(ctx, anna, 1, text, 16000, NULL));
        step_all(ctx, 5);
        /* Unread bytes and a linger of zero: the peer's kernel answers with a reset. */
        linger.l_onoff = 1, linger.l_linger = 0;
        CHECK(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger) == 0);
        close(fd);
        step_all(ctx, 10);
    }
    free(text);
    {
        const im_server_state *state;
        OK(im_server_look(ctx, server, &state));
        CHECK(state->people > 1); /* They did log in. */
    }
    OK(im_free(ctx));
    return 0;
}
