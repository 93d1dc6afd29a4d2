#ifndef CCURL_SHIM_H
#define CCURL_SHIM_H

#include <curl/curl.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>

// Swift can't call variadic functions, and curl_easy_setopt, curl_easy_getinfo and
// curl_multi_setopt are variadic. Each function below is one of them with one type of argument, so
// that an option set with an argument of the wrong width does not compile. The names are put in
// parentheses so that curl's type-checking macros of the same name stay out of the way.

// Options that take a long, such as CURLOPT_NOSIGNAL.
static inline CURLcode ccurl_easy_set_long(CURL *easy, CURLoption option, long value) {
    return (curl_easy_setopt)(easy, option, value);
}

// Options that take a curl_off_t, such as CURLOPT_POSTFIELDSIZE_LARGE.
static inline CURLcode ccurl_easy_set_offset(CURL *easy, CURLoption option, curl_off_t value) {
    return (curl_easy_setopt)(easy, option, value);
}

// Options that take a C string, which curl copies (except CURLOPT_POSTFIELDS, see below).
static inline CURLcode ccurl_easy_set_string(CURL *easy, CURLoption option, const char *value) {
    return (curl_easy_setopt)(easy, option, value);
}

// Options that take a pointer which curl keeps and does not copy: CURLOPT_POSTFIELDS,
// CURLOPT_PRIVATE, CURLOPT_SHARE.
static inline CURLcode ccurl_easy_set_pointer(CURL *easy, CURLoption option, const void *value) {
    return (curl_easy_setopt)(easy, option, value);
}

// CURLOPT_HTTPHEADER: the list is not copied and must outlive the transfer.
static inline CURLcode ccurl_easy_set_headers(CURL *easy, struct curl_slist *headers) {
    return (curl_easy_setopt)(easy, CURLOPT_HTTPHEADER, headers);
}

// A callback and its context belong together, so each pair is set by one function.

static inline CURLcode ccurl_easy_on_body(CURL *easy, curl_write_callback callback, void *context) {
    CURLcode code = (curl_easy_setopt)(easy, CURLOPT_WRITEFUNCTION, callback);
    return code ? code : (curl_easy_setopt)(easy, CURLOPT_WRITEDATA, context);
}

static inline CURLcode ccurl_easy_on_header(CURL *easy, curl_write_callback callback,
                                            void *context) {
    CURLcode code = (curl_easy_setopt)(easy, CURLOPT_HEADERFUNCTION, callback);
    return code ? code : (curl_easy_setopt)(easy, CURLOPT_HEADERDATA, context);
}

static inline CURLcode ccurl_easy_on_request(CURL *easy, curl_prereq_callback callback,
                                             void *context) {
    CURLcode code = (curl_easy_setopt)(easy, CURLOPT_PREREQFUNCTION, callback);
    return code ? code : (curl_easy_setopt)(easy, CURLOPT_PREREQDATA, context);
}

static inline CURLcode ccurl_easy_on_open(CURL *easy, curl_opensocket_callback callback,
                                          void *context) {
    CURLcode code = (curl_easy_setopt)(easy, CURLOPT_OPENSOCKETFUNCTION, callback);
    return code ? code : (curl_easy_setopt)(easy, CURLOPT_OPENSOCKETDATA, context);
}

static inline CURLcode ccurl_easy_on_close(CURL *easy, curl_closesocket_callback callback,
                                           void *context) {
    CURLcode code = (curl_easy_setopt)(easy, CURLOPT_CLOSESOCKETFUNCTION, callback);
    return code ? code : (curl_easy_setopt)(easy, CURLOPT_CLOSESOCKETDATA, context);
}

// Information that is a long, such as CURLINFO_NUM_CONNECTS; 0 when curl does not know it.
static inline long ccurl_easy_get_long(CURL *easy, CURLINFO info) {
    long value = 0;
    return (curl_easy_getinfo)(easy, info, &value) == CURLE_OK ? value : 0;
}

// Information that is a curl_off_t, such as CURLINFO_TOTAL_TIME_T; 0 when curl does not know it.
static inline curl_off_t ccurl_easy_get_offset(CURL *easy, CURLINFO info) {
    curl_off_t value = 0;
    return (curl_easy_getinfo)(easy, info, &value) == CURLE_OK ? value : 0;
}

// The pointer that CURLOPT_PRIVATE stored.
static inline void *ccurl_easy_get_private(CURL *easy) {
    char *value = NULL;
    (curl_easy_getinfo)(easy, CURLINFO_PRIVATE, &value);
    return value;
}

// The bytes of a connection that the other side has not acknowledged, sent or not; -1 when the system
// does not say. ioctl is variadic too. (SIOCOUTQ of linux/sockios.h has the number of TIOCOUTQ.)
static inline int ccurl_unacknowledged(int socket) {
    int bytes = 0;
    return ioctl(socket, TIOCOUTQ, &bytes) == 0 ? bytes : -1;
}

// Options of the multi handle that take a long.
static inline CURLMcode ccurl_multi_set_long(CURLM *multi, CURLMoption option, long value) {
    return (curl_multi_setopt)(multi, option, value);
}

static inline CURLMcode ccurl_multi_on_socket(CURLM *multi, curl_socket_callback callback,
                                              void *context) {
    CURLMcode code = (curl_multi_setopt)(multi, CURLMOPT_SOCKETFUNCTION, callback);
    return code ? code : (curl_multi_setopt)(multi, CURLMOPT_SOCKETDATA, context);
}

static inline CURLMcode ccurl_multi_on_timer(CURLM *multi, curl_multi_timer_callback callback,
                                             void *context) {
    CURLMcode code = (curl_multi_setopt)(multi, CURLMOPT_TIMERFUNCTION, callback);
    return code ? code : (curl_multi_setopt)(multi, CURLMOPT_TIMERDATA, context);
}

// The next finished transfer, or NULL. CURLMsg holds its result in a union, which is read here.
static inline CURL *ccurl_multi_next_finished(CURLM *multi, CURLcode *result) {
    int remaining = 0;
    CURLMsg *message;
    while ((message = curl_multi_info_read(multi, &remaining)) != NULL) {
        if (message->msg == CURLMSG_DONE) {
            *result = message->data.result;
            return message->easy_handle;
        }
    }
    return NULL;
}

// Gives the calling thread a name; Swift's module of the C library lacks prctl(2).
static inline void ccurl_name_thread(const char *name) { prctl(PR_SET_NAME, name); }

#endif
