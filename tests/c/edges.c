/* Failing wakes, signals without a wake, live counts, clients in memory, descriptors 0 to 2, forks amid calls of other threads. */
#include "check.h"
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

/* A wake that fails preserves errno and the last error. */
static void a_wake_that_fails_changes_nothing(void) {
    im_ctx *ctx = make_context(0);
    im_waker *waker;
    char link[64], target[64];
    int i, null = open("/dev/null", O_RDONLY), found = 0;
    ssize_t len;
    OK(im_waker_new(ctx, &waker));
    /* Its eventfd becomes a descriptor that cannot be written to. */
    for (i = 3; i < 64 && !found; i++) {
        snprintf(link, sizeof link, "/proc/self/fd/%d", i);
        len = readlink(link, target, sizeof target - 1);
        if (len > 0 && (target[len] = '\0', strcmp(target, "anon_inode:[eventfd]") == 0))
            CHECK(dup2(null, i) == i && (found = 1));
    }
    CHECK(found);
    FAILS(IM_E_RANGE, im_step(ctx, -2));
    errno = 77;
    CHECK(im_waker_wake(waker) == IM_E_IO);
    CHECK(errno == 77);
    CHECK(strstr(im_last_error(), "timeout_ms") != NULL);
    CHECK(im_waker_wake(NULL) == IM_E_NULL);
    CHECK(strstr(im_last_error(), "timeout_ms") != NULL);
    OK(im_waker_free(waker));
    OK(im_free(ctx));
    close(null);
}

static volatile sig_atomic_t alarms;
static void on_alarm(int signal) { (void)signal; alarms++; }

/* A step ends when a signal handler has run, also if that does not wake it. */
static void a_signal_ends_a_step(void) {
    struct sigaction action;
    struct itimerval often = {{0, 100000}, {0, 100000}}, never = {{0, 0}, {0, 0}};
    im_ctx *ctx = make_context(0);
    memset(&action, 0, sizeof action);
    action.sa_handler = on_alarm;
    CHECK(sigaction(SIGALRM, &action, NULL) == 0);
    CHECK(setitimer(ITIMER_REAL, &often, NULL) == 0);
    OK(im_step(ctx, 20000));
    CHECK(alarms > 0 && alarms < 100);
    CHECK(setitimer(ITIMER_REAL, &never, NULL) == 0);
    OK(im_free(ctx));
}

static uint32_t members(im_ctx *ctx, im_id client, uint64_t room) {
    const im_room *found;
    OK(im_client_room(ctx, client, room, &found));
    return found == NULL ? 0 : found->members;
}

static void lists_and_counts(void) {
    im_ctx *ctx = make_context(31);
    im_id server, anna, bert;
    const im_client_state *state;
    const im_event *event;
    uint64_t me, tea;
    OK(im_serve(ctx, NULL, &server));
    OK(im_listen(ctx, server, "mem:a", NULL));
    anna = make_client(ctx, "mem:a", "anna");
    wait_for(ctx, anna, IM_EVENT_PEOPLE);
    bert = make_client(ctx, "mem:a", "bert");
    wait_for(ctx, bert, IM_EVENT_PEOPLE);
    OK(im_client_look(ctx, anna, &state));
    me = state->user;
    OK(im_client_list_users(ctx, anna, me, NULL));
    event = wait_for(ctx, anna, IM_EVENT_USERS);
    CHECK(event->data.people->count == 1 && event->data.people->items[0]->user > me);

    OK(im_client_create_room(ctx, anna, "tea", NULL, NULL));
    tea = wait_for(ctx, anna, IM_EVENT_DONE)->room;
    CHECK(members(ctx, anna, tea) == 1);
    OK(im_client_join(ctx, bert, "tea", NULL));
    do event = wait_for(ctx, anna, IM_EVENT_JOINED); while (event->data.entry->author == me);
    CHECK(members(ctx, anna, tea) == 2);
    wait_for(ctx, bert, IM_EVENT_DONE);
    CHECK(members(ctx, bert, tea) == 2);
    OK(im_client_leave(ctx, bert, tea, NULL));
    wait_for(ctx, anna, IM_EVENT_LEFT);
    CHECK(members(ctx, anna, tea) == 1);
    OK(im_free(ctx));
}

/* A client in memory may post as fast as it can. */
static void the_own_program_is_not_throttled(void) {
    im_ctx *ctx = make_context(32);
    im_id server, anna;
    const im_event *event;
    int i, posted = 0;
    OK(im_serve(ctx, NULL, &server));
    OK(im_listen(ctx, server, "mem:a", NULL));
    anna = make_client(ctx, "mem:a", "anna");
    wait_for(ctx, anna, IM_EVENT_PEOPLE);
    for (i = 0; i < 3000; i++)
        OK(im_client_post(ctx, anna, 1, "x", 1, NULL));
    /* 2 ms a step: at 50 requests a second it would take a minute. */
    for (i = 0; i < 1000 && posted < 3000; i++) {
        OK(im_step(ctx, 0));
        while ((event = next_event(ctx)) != NULL) {
            CHECK(event->kind != IM_EVENT_THROTTLED);
            posted += event->kind == IM_EVENT_POSTED;
        }
        OK(im_advance(ctx, 2));
    }
    CHECK(posted == 3000);
    OK(im_free(ctx));
}

/* The session file does not get descriptors 0 to 2 either. */
static void session_file(void) {
    char dir[] = "/tmp/im-edges-XXXXXX";
    im_config *config;
    im_id server, client;
    im_str bound;
    im_ctx *ctx;
    int i, kept;
    pid_t pid;
    int status;
    CHECK(mkdtemp(dir) != NULL);
    pid = fork();
    if (pid == 0) {
        kept = dup(2);
        for (i = 0; i < 3; i++)
            close(i);
        ctx = make_context(0);
        OK(im_serve(ctx, NULL, &server));
        OK(im_listen(ctx, server, "127.0.0.1:0", &bound));
        OK(im_config_new(&config));
        OK(im_config_set_str(config, IM_OPT_NAME, "anna"));
        OK(im_config_set_str(config, IM_OPT_STATE_DIR, dir));
        OK(im_connect(ctx, bound.ptr, config, &client));
        OK(im_config_free(config));
        for (i = 0; i < 3; i++)
            if (fcntl(i, F_GETFD) != -1) {
                dprintf(kept, "descriptor %d is in use\n", i);
                _exit(1);
            }
        wait_for(ctx, client, IM_EVENT_LOGGED_IN);
        OK(im_client_quit(ctx, client, NULL));
        wait_for(ctx, client, IM_EVENT_DISCONNECTED);
        OK(im_free(ctx));
        _exit(0);
    }
    CHECK(waitpid(pid, &status, 0) == pid && WIFEXITED(status) && WEXITSTATUS(status) == 0);
    rmdir(dir);
}

/* A fork while other threads are within the library. */
static int forks = 500;
static im_ctx *shared;
static im_waker *shared_waker;
static volatile int stop;
static void *makes(void *unused) {
    (void)unused;
    while (!stop)
        OK(im_free(make_context(0)));
    return NULL;
}
static void *wakes(void *unused) {
    (void)unused;
    while (!stop)
        OK(im_waker_wake(shared_waker));
    return NULL;
}
static void *asks(void *unused) {
    (void)unused;
    while (!stop)
        CHECK(im_step(shared, 0) == IM_E_THREAD);
    return NULL;
}
static void *forks_here(void *unused) {
    int i, status;
    (void)unused;
    for (i = 0; i < forks; i++) {
        pid_t pid = fork();
        if (pid == 0) {
            alarm(60);
            CHECK(im_step(shared, 0) == IM_E_FORKED);
            execl("/bin/true", "true", (char *)NULL);
        }
        CHECK(waitpid(pid, &status, 0) == pid);
        CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    return NULL;
}
static void forks_amid_calls(void) {
    pthread_t threads[4], other;
    int i, status;
    shared = make_context(0);
    OK(im_waker_new(shared, &shared_waker));
    pthread_create(&threads[0], NULL, makes, NULL);
    pthread_create(&threads[1], NULL, wakes, NULL);
    pthread_create(&threads[2], NULL, asks, NULL);
    pthread_create(&threads[3], NULL, makes, NULL);
    for (i = 0; i < forks; i++) {
        pid_t pid = fork();
        if (pid == 0) {
            alarm(60);
            OK(im_waker_free(shared_waker));
            OK(im_free(shared));
            _exit(0);
        }
        CHECK(waitpid(pid, &status, 0) == pid);
        CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    }
    pthread_create(&other, NULL, forks_here, NULL);
    pthread_join(other, NULL);
    stop = 1;
    for (i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    OK(im_waker_free(shared_waker));
    OK(im_free(shared));
}

int main(int argc, char **argv) {
    if (argc > 1)
        forks = atoi(argv[1]);
    a_wake_that_fails_changes_nothing();
    a_signal_ends_a_step();
    lists_and_counts();
    the_own_program_is_not_throttled();
    session_file();
    if (forks > 0)
        forks_amid_calls();
    return 0;
}
