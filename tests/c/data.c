/* A server that keeps its data in a directory. With an argument, also one whose program forks: the threads are not in the child,
 * whose memory a leak check cannot account for. */
#include "check.h"

#include <sys/wait.h>
#include <unistd.h>

static char directory[64] = "/tmp/im-data-XXXXXX";

/* Adds a server with this directory. */
static int32_t serve(im_ctx *ctx, const char *data, im_id *server) {
    im_config *config;
    int32_t status;
    OK(im_config_new(&config));
    OK(im_config_set_str(config, IM_OPT_DATA, data));
    status = im_serve(ctx, config, server);
    OK(im_config_free(config));
    return status;
}

/* One run of a program that posts, and sees what earlier ones have posted. */
static void run(int earlier, int forks) {
    im_ctx *ctx = make_context(0);
    im_id server, again, anna;
    const im_event *event;
    OK(serve(ctx, directory, &server));
    FAILS(IM_E_IN_USE, serve(ctx, directory, &again));
    OK(im_listen(ctx, server, "mem:kept", NULL));
    anna = make_client(ctx, "mem:kept", "anna");
    if (earlier > 0) {
        event = wait_for(ctx, anna, IM_EVENT_BACKLOG);
        CHECK(event->data.page->entries.count == (size_t)earlier);
    }
    OK(im_client_post(ctx, anna, 1, "kept", IM_NUL_TERMINATED, NULL));
    wait_for(ctx, anna, IM_EVENT_POSTED);
    if (forks) {
        int status;
        pid_t pid = fork();
        CHECK(pid >= 0);
        if (pid == 0) {
            alarm(60);
            FAILS(IM_E_FORKED, im_step(ctx, 0));
            OK(im_free(ctx));
            exit(0);
        }
        CHECK(waitpid(pid, &status, 0) == pid);
        CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
        /* The parent goes on as before. */
        OK(im_client_post(ctx, anna, 1, "also kept", IM_NUL_TERMINATED, NULL));
        wait_for(ctx, anna, IM_EVENT_POSTED);
    }
    OK(im_client_quit(ctx, anna, NULL));
    wait_for(ctx, anna, IM_EVENT_DISCONNECTED);
    OK(im_free(ctx));
}

static void wrong_directories(void) {
    im_config *config;
    im_id server;
    im_ctx *ctx = make_context(1);
    FAILS(IM_E_OPTION, serve(ctx, directory, &server));
    OK(im_free(ctx));
    ctx = make_context(0);
    FAILS(IM_E_IO, serve(ctx, "/dev/null", &server));
    FAILS(IM_E_EMPTY, serve(ctx, "", &server));
    OK(im_config_new(&config));
    FAILS(IM_E_OPTION, im_config_set_int(config, IM_OPT_DATA, 1));
    OK(im_config_free(config));
    OK(im_free(ctx));
}

int main(int argc, char **argv) {
    char file[96];
    const char *files[] = {"im.db", "im.lock"};
    size_t i;
    (void)argv;
    CHECK(mkdtemp(directory) != NULL);
    wrong_directories();
    run(0, 0);
    run(1, argc > 1);
    for (i = 0; i < 2; i++) {
        snprintf(file, sizeof file, "%s/%s", directory, files[i]);
        CHECK(unlink(file) == 0);
    }
    /* Nothing else is left: the database was closed in good order. */
    CHECK(rmdir(directory) == 0);
    return 0;
}
