/* An upstream for tools/bench that answers every request after a fixed delay.
 *
 *     upstream DELAY_MICROSECONDS BODY_FILE MODELS_FILE
 *
 * Listens on a free port of 127.0.0.1 and prints it. POST gets the body, GET the models, both as
 * JSON with keep-alive. One thread, epoll, and a timer of microseconds: since every delay is equal,
 * answers fall due in the order of their requests, and a queue is all that is needed.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/tcp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

enum { connection_limit = 4096, request_limit = 16384 };

struct connection {
    char bytes[request_limit];
    size_t length;
    /* Changes when the descriptor is used again, so that no answer goes to a newer connection. */
    uint32_t generation;
};

struct due {
    int64_t time;
    int descriptor;
    uint32_t generation;
    int is_get;
};

static struct connection connections[connection_limit];
/* A client has one request under way, so there are at most as many as connections; power of two. */
static struct due queue[connection_limit * 2];
static uint64_t first, last;
static char *answers[2];
static size_t answer_lengths[2];

static void fail(const char *what) {
    perror(what);
    exit(1);
}

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static void load(int index, const char *path) {
    char body[65536];
    FILE *file = fopen(path, "rb");
    if (!file) fail(path);
    size_t length = fread(body, 1, sizeof body, file);
    fclose(file);
    answers[index] = malloc(length + 256);
    int head = snprintf(
        answers[index], 256,
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %zu\r\n\r\n",
        length);
    memcpy(answers[index] + head, body, length);
    answer_lengths[index] = head + length;
}

/* The length of the request at the beginning of the buffer; 0 while it is not whole. */
static size_t whole_request(struct connection *connection) {
    connection->bytes[connection->length] = 0;
    char *end = strstr(connection->bytes, "\r\n\r\n");
    if (!end) return 0;
    char *field = strcasestr(connection->bytes, "\r\ncontent-length:");
    size_t length = end + 4 - connection->bytes;
    if (field && field < end) length += strtoul(field + 17, NULL, 10);
    return length <= connection->length ? length : 0;
}

static void answer(const struct due *due) {
    if (connections[due->descriptor].generation != due->generation) return;
    size_t length = answer_lengths[due->is_get];
    /* A small answer on an idle connection always fits the socket's buffer. */
    if (write(due->descriptor, answers[due->is_get], length) != (ssize_t)length)
        shutdown(due->descriptor, SHUT_RDWR);
}

int main(int count, char **arguments) {
    if (count != 4) return 2;
    int64_t delay = atoll(arguments[1]) * 1000;
    load(0, arguments[2]);
    load(1, arguments[3]);

    int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0), on = 1;
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(listener, (struct sockaddr *)&address, size)) fail("bind");
    if (listen(listener, 1024)) fail("listen");
    getsockname(listener, (struct sockaddr *)&address, &size);
    printf("%d\n", ntohs(address.sin_port));
    fflush(stdout);

    int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK), poll = epoll_create1(0);
    struct epoll_event event = {.events = EPOLLIN, .data.fd = listener};
    epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);
    event.data.fd = timer;
    epoll_ctl(poll, EPOLL_CTL_ADD, timer, &event);

    for (;;) {
        struct epoll_event events[256];
        int ready = epoll_wait(poll, events, 256, -1);
        if (ready < 0 && errno != EINTR) fail("epoll_wait");
        for (int i = 0; i < ready; i++) {
            int descriptor = events[i].data.fd;
            if (descriptor == timer) {
                uint64_t expirations;
                if (read(timer, &expirations, sizeof expirations) < 0 && errno != EAGAIN)
                    fail("timer");
                continue;
            }
            if (descriptor == listener) {
                int accepted = accept4(listener, NULL, NULL, SOCK_NONBLOCK);
                if (accepted < 0) continue;
                if (accepted >= connection_limit) {
                    close(accepted);
                    continue;
                }
                setsockopt(accepted, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
                connections[accepted].length = 0;
                connections[accepted].generation++;
                event.data.fd = accepted;
                epoll_ctl(poll, EPOLL_CTL_ADD, accepted, &event);
                continue;
            }
            struct connection *connection = &connections[descriptor];
            ssize_t got = read(descriptor, connection->bytes + connection->length,
                               request_limit - 1 - connection->length);
            if (got < 0 && errno == EAGAIN) continue;
            if (got <= 0) {
                connection->generation++;
                close(descriptor);
                continue;
            }
            connection->length += got;
            size_t length;
            while ((length = whole_request(connection))) {
                struct due due = {now() + delay, descriptor, connection->generation,
                                  connection->bytes[0] == 'G'};
                connection->length -= length;
                memmove(connection->bytes, connection->bytes + length, connection->length);
                if (delay == 0)
                    answer(&due);
                else
                    queue[last++ % (connection_limit * 2)] = due;
            }
        }
        int64_t time = now();
        while (first != last && queue[first % (connection_limit * 2)].time <= time)
            answer(&queue[first++ % (connection_limit * 2)]);
        if (first != last) {
            int64_t next = queue[first % (connection_limit * 2)].time;
            struct itimerspec at = {
                .it_value = {.tv_sec = next / 1000000000, .tv_nsec = next % 1000000000}};
            timerfd_settime(timer, TFD_TIMER_ABSTIME, &at, NULL);
        }
    }
}
