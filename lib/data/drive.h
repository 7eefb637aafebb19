/*
 * How a car drives a way of known length in a known time: it speeds up at
 * 1.5 m/s2, keeps a speed, and brakes at 2 m/s2; where the time is too short
 * for that, it speeds up and brakes harder and keeps no speed.  Plain data.
 */
#ifndef TP_DATA_DRIVE_H
#define TP_DATA_DRIVE_H

struct tp_drive {
	double	metres, seconds;
	double	speed;			/* that is kept, m/s */
	double	up, down;		/* seconds of speeding up, braking */
};

/* metres >= 0, seconds > 0. */
void tp_drive_init(struct tp_drive *d, double metres, double seconds);
/* Metres driven after s of the seconds, and the speed there in m/s. */
double tp_drive_at(const struct tp_drive *d, double s, double *speed);

#endif
