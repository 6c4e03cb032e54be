/* A camera for tests, in the place of a driver: preloaded, it answers what a program asks of /dev/video97.
 *
 * The file named by FAKE_CAMERA says how the camera is: "here" gives a grey picture of 320x240 thirty times a second,
 * "busy" has another program stream from it, "gone" is unplugged; "denied" may not be opened by this user.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/videodev2.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define DEVICE "/dev/video97"
#define WIDTH 320
#define HEIGHT 240

static int device = -1;
static unsigned next_buffer, buffers;

static int is(const char *state) {
    char now[16] = "";
    const char *name = getenv("FAKE_CAMERA");
    FILE *file = name ? fopen(name, "r") : NULL;
    if (file) {
        if (!fgets(now, sizeof now, file)) now[0] = 0;
        fclose(file);
    }
    return strncmp(now, state, strlen(state)) == 0;
}

static int fails(int error) {
    errno = error;
    return -1;
}

static int opened(void) {
    int (*real)(const char *, int, ...) = dlsym(RTLD_NEXT, "open");
    if (is("gone")) return fails(ENOENT);
    if (is("denied")) return fails(EACCES);
    /* Always ready to be read, and its memory can be mapped. */
    return device = real("/dev/zero", O_RDWR);
}

int open(const char *path, int flags, ...) {
    int (*real)(const char *, int, ...) = dlsym(RTLD_NEXT, "open");
    va_list more;
    va_start(more, flags);
    int mode = va_arg(more, int);
    va_end(more);
    return strcmp(path, DEVICE) ? real(path, flags, mode) : opened();
}

int open64(const char *path, int flags, ...) {
    int (*real)(const char *, int, ...) = dlsym(RTLD_NEXT, "open64");
    va_list more;
    va_start(more, flags);
    int mode = va_arg(more, int);
    va_end(more);
    return strcmp(path, DEVICE) ? real(path, flags, mode) : opened();
}

int close(int file) {
    int (*real)(int) = dlsym(RTLD_NEXT, "close");
    if (file == device) device = -1;
    return real(file);
}

static void format(struct v4l2_format *asked) {
    memset(&asked->fmt.pix, 0, sizeof asked->fmt.pix);
    asked->fmt.pix.width = WIDTH;
    asked->fmt.pix.height = HEIGHT;
    asked->fmt.pix.pixelformat = V4L2_PIX_FMT_GREY;
    asked->fmt.pix.field = V4L2_FIELD_NONE;
    asked->fmt.pix.bytesperline = WIDTH;
    asked->fmt.pix.sizeimage = WIDTH * HEIGHT;
}

static int answer(unsigned long request, void *asked) {
    struct v4l2_buffer *buffer = asked;
    if (is("gone")) return fails(ENODEV);
    switch (request) {
    case VIDIOC_QUERYCAP: {
        struct v4l2_capability *can = asked;
        memset(can, 0, sizeof *can);
        strcpy((char *)can->driver, "fake");
        can->capabilities = can->device_caps = V4L2_CAP_VIDEO_CAPTURE | V4L2_CAP_STREAMING;
        return 0;
    }
    case VIDIOC_G_FMT:
        format(asked);
        return 0;
    case VIDIOC_S_FMT:
        if (is("busy")) return fails(EBUSY);
        format(asked);
        return 0;
    case VIDIOC_REQBUFS:
        if (is("busy")) return fails(EBUSY);
        buffers = ((struct v4l2_requestbuffers *)asked)->count;
        next_buffer = 0;
        return 0;
    case VIDIOC_QUERYBUF:
        buffer->length = WIDTH * HEIGHT;
        buffer->m.offset = 0;
        return 0;
    case VIDIOC_DQBUF:
        usleep(33000);
        buffer->index = next_buffer++ % buffers;
        buffer->length = buffer->bytesused = WIDTH * HEIGHT;
        buffer->flags = 0;
        return 0;
    case VIDIOC_QBUF:
    case VIDIOC_STREAMON:
    case VIDIOC_STREAMOFF:
        return 0;
    default:
        return fails(EINVAL);
    }
}

int ioctl(int file, unsigned long request, ...) {
    int (*real)(int, unsigned long, ...) = dlsym(RTLD_NEXT, "ioctl");
    va_list more;
    va_start(more, request);
    void *asked = va_arg(more, void *);
    va_end(more);
    return file == device && file >= 0 ? answer(request, asked) : real(file, request, asked);
}
