/* libim in an epoll(7) loop, which can have other descriptors too: epoll ADDRESS [PASSKEY]. */
#include "greeter.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

int main(int argc, char **argv) {
    greeter it;
    struct epoll_event event;
    int epoll, going = 1;

    if (greeter_open(&it, argc > 1 ? argv[1] : "127.0.0.1", argc > 2 ? argv[2] : NULL) != 0)
        return 1;
    epoll = epoll_create1(EPOLL_CLOEXEC);
    memset(&event, 0, sizeof event);
    event.events = EPOLLIN;
    event.data.fd = it.fd;
    epoll_ctl(epoll, EPOLL_CTL_ADD, it.fd, &event);
    while (going == 1 && (epoll_wait(epoll, &event, 1, -1) >= 0 || errno == EINTR))
        if (event.data.fd == it.fd)
            going = greeter_ready(&it);
    close(epoll);
    greeter_close(&it);
    return going == 0 ? 0 : 1;
}
