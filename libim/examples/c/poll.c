/* libim in a poll(2) loop: poll ADDRESS [PASSKEY]. On Linux the descriptor shows deadlines too; on other systems, take the
 * timeout from im_next_timeout(). */
#include "greeter.h"

#include <errno.h>
#include <poll.h>

int main(int argc, char **argv) {
    greeter it;
    struct pollfd watched;
    int going = 1;

    if (greeter_open(&it, argc > 1 ? argv[1] : "127.0.0.1", argc > 2 ? argv[2] : NULL) != 0)
        return 1;
    watched.fd = it.fd;
    watched.events = POLLIN;
    while (going == 1 && (poll(&watched, 1, -1) >= 0 || errno == EINTR))
        going = greeter_ready(&it);
    greeter_close(&it);
    return going == 0 ? 0 : 1;
}
