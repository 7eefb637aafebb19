/*
 * What stands behind the calls of librdkafka: one timer that ends the process
 * where a call never comes back, and one place that its messages go to.
 * Nothing is owned.
 */
#ifndef TP_KAFKA_KWATCH_H
#define TP_KAFKA_KWATCH_H

/* Longer than the time limit of every single call. */
#define TP_KWATCH_S	45

/*
 * From here to tp_kwatch_off() at most TP_KWATCH_S seconds may pass; then
 * SIGALRM writes "stuck in WHAT" and ends the process with exit code 75.
 * `what` is a literal.
 */
void tp_kwatch_on(const char *what);
void tp_kwatch_off(void);

/*
 * Where messages for people go; level 0: notes, 1: details, 2: the library's
 * own.  Called from any thread.  NULL (the default) drops them.
 */
typedef void tp_kwatch_say_fn(int level, const char *text);
void tp_kwatch_listen(tp_kwatch_say_fn *f);
/* Says it. */
void tp_kwatch_say(int level, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
