/* A program without standard input and output: no socket gets descriptors 0 to 2, which printf would write to. */
#include "check.h"

#include <fcntl.h>
#include <unistd.h>

int main(void) {
    char directory[] = "/tmp/im-stdio-XXXXXX", address[64];
    im_ctx *ctx;
    im_id server, client[3];
    im_str bound;
    int32_t fd;
    int i, kept = dup(2);

    CHECK(mkdtemp(directory) != NULL);
    for (i = 0; i < 3; i++)
        close(i);
    ctx = make_context(0);
    OK(im_fd(ctx, &fd));
    OK(im_serve(ctx, NULL, &server));
    OK(im_listen(ctx, server, "127.0.0.1:0", &bound));
    client[0] = make_client(ctx, bound.ptr, "anna");
    snprintf(address, sizeof address, "unix:%s/im.sock", directory);
    OK(im_listen(ctx, server, address, NULL));
    client[1] = make_client(ctx, address, "bert");
    OK(im_listen(ctx, server, "mem:here", NULL));
    client[2] = make_client(ctx, "mem:here", "cora");
    for (i = 0; i < 3; i++)
        wait_for(ctx, 0, IM_EVENT_LOGGED_IN);
    printf("into nowhere\n");
    fflush(stdout);
    for (i = 0; i < 3; i++)
        if (fcntl(i, F_GETFD) != -1) {
            dprintf(kept, "descriptor %d is in use\n", i);
            return 1;
        }
    OK(im_client_post(ctx, client[0], 1, "hello", 5, NULL));
    wait_for(ctx, client[1], IM_EVENT_MESSAGE);
    OK(im_free(ctx));
    return rmdir(directory);
}
