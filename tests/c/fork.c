/* A child of fork() has copies of the parent's contexts, and must not use what the two share. */
#include "check.h"

#include <pthread.h>
#include <sys/wait.h>
#include <unistd.h>

static im_ctx *ctx;
static im_id server, client;
static im_waker *waker;

/* What a child does; it ends with exit(), as most do. */
typedef void (*work)(void);

static void in_child(work child) {
    int status;
    pid_t pid = fork();
    CHECK(pid >= 0);
    if (pid == 0) {
        child();
        exit(0);
    }
    CHECK(waitpid(pid, &status, 0) == pid);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

static void nothing(void) {}

static void every_function(void) {
    const im_event *event;
    const im_client_state *state;
    const im_room *room;
    const char *text;
    size_t len;
    int32_t number;
    im_id id;
    im_str bound;
    im_waker *another;
    FAILS(IM_E_FORKED, im_step(ctx, 0));
    FAILS(IM_E_FORKED, im_fd(ctx, &number));
    FAILS(IM_E_FORKED, im_next_timeout(ctx, &number));
    FAILS(IM_E_FORKED, im_next_event(ctx, &event));
    FAILS(IM_E_FORKED, im_next_events(ctx, IM_FORMAT_JSON, 10, &text, &len));
    FAILS(IM_E_FORKED, im_serve(ctx, NULL, &id));
    FAILS(IM_E_FORKED, im_listen(ctx, server, "127.0.0.1:0", &bound));
    FAILS(IM_E_FORKED, im_server_drain(ctx, server));
    FAILS(IM_E_FORKED, im_client_post(ctx, client, 1, "from the child", IM_NUL_TERMINATED, NULL));
    FAILS(IM_E_FORKED, im_client_quit(ctx, client, NULL));
    FAILS(IM_E_FORKED, im_client_look(ctx, client, &state));
    FAILS(IM_E_FORKED, im_client_next_room(ctx, client, 0, &room));
    FAILS(IM_E_FORKED, im_watch(ctx, 0, &id));
    FAILS(IM_E_FORKED, im_remove(ctx, client));
    FAILS(IM_E_FORKED, im_waker_new(ctx, &another));
    CHECK(im_waker_wake(waker) == IM_E_FORKED);
    OK(im_waker_free(waker));
    OK(im_free(ctx));
    FAILS(IM_E_FORKED, im_step(ctx, 0));
}

/* Forks on a thread without a context, while another thread has one. */
static void *forks(void *unused) {
    int status;
    pid_t pid = fork();
    (void)unused;
    CHECK(pid >= 0);
    if (pid == 0) {
        alarm(60);
        FAILS(IM_E_FORKED, im_step(ctx, 0));
        FAILS(IM_E_FORKED, im_free(ctx));
        FAILS(IM_E_HANDLE, im_step((im_ctx *)&status, 0));
        /* The context's thread is not in this process, so nothing can free it: the end is not for a leak check. */
        execl("/bin/true", "true", (char *)NULL);
        _exit(1);
    }
    CHECK(waitpid(pid, &status, 0) == pid);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    FAILS(IM_E_THREAD, im_step(ctx, 0));
    return NULL;
}

static void another_thread_forks(void) {
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, forks, NULL) == 0);
    CHECK(pthread_join(thread, NULL) == 0);
}

static void one_of_its_own(void) {
    im_ctx *own = make_context(0);
    im_id hub, anna;
    OK(im_serve(own, NULL, &hub));
    OK(im_listen(own, hub, "mem:own", NULL));
    anna = make_client(own, "mem:own", "anna");
    wait_for(own, anna, IM_EVENT_LOGGED_IN);
    FAILS(IM_E_FORKED, im_step(ctx, 0));
    OK(im_free(own));
}

static void a_child_of_its_own(void) {
    in_child(every_function);
    FAILS(IM_E_FORKED, im_step(ctx, 0));
}

/* New clients of the parent can log in, by TCP and by the unix socket, and its own client still receives. */
static void parent_lives(const char *tcp, const char *unix_address, int number) {
    const char *addresses[2] = {tcp, unix_address};
    char name[32];
    int i;
    for (i = 0; i < 2; i++) {
        im_id guest;
        const im_event *event;
        snprintf(name, sizeof name, "guest %d %d", number, i);
        guest = make_client(ctx, addresses[i], name);
        wait_for(ctx, guest, IM_EVENT_LOGGED_IN);
        OK(im_client_post(ctx, guest, 1, name, IM_NUL_TERMINATED, NULL));
        do {
            event = wait_for(ctx, client, IM_EVENT_MESSAGE);
            CHECK(strstr(event->text.ptr, "child") == NULL);
        } while (strcmp(event->text.ptr, name) != 0);
        OK(im_client_quit(ctx, guest, NULL));
        wait_for(ctx, guest, IM_EVENT_DISCONNECTED);
        OK(im_remove(ctx, guest));
    }
}

int main(void) {
    char directory[] = "/tmp/im-fork-XXXXXX", unix_address[64], tcp[64];
    work works[4] = {nothing, every_function, one_of_its_own, a_child_of_its_own};
    im_str bound;
    int32_t fd;
    int i;

    CHECK(mkdtemp(directory) != NULL);
    snprintf(unix_address, sizeof unix_address, "unix:%s/im.sock", directory);
    ctx = make_context(0);
    OK(im_fd(ctx, &fd));
    OK(im_waker_new(ctx, &waker));
    OK(im_serve(ctx, NULL, &server));
    OK(im_listen(ctx, server, unix_address, NULL));
    OK(im_listen(ctx, server, "127.0.0.1:0", &bound));
    snprintf(tcp, sizeof tcp, "%s", bound.ptr);
    client = make_client(ctx, tcp, "cora");
    wait_for(ctx, client, IM_EVENT_LOGGED_IN);
    for (i = 0; i < 4; i++) {
        in_child(works[i]);
        parent_lives(tcp, unix_address, i);
        OK(im_waker_wake(waker));
    }
    another_thread_forks();
    parent_lives(tcp, unix_address, i);
    OK(im_waker_free(waker));
    OK(im_free(ctx));
    CHECK(access(unix_address + 5, F_OK) != 0); /* The parent removes it at its end. */
    CHECK(rmdir(directory) == 0);
    return 0;
}
