/*
 * segment -- cut a picture into pieces of one look.
 *
 * Felzenszwalb and Huttenlocher, "Efficient graph-based image segmentation",
 * IJCV 2004: pixels are joined over ever stronger edges as long as an edge is
 * not much stronger than those already inside the two pieces.
 */
#ifndef UMIE_IMAGE_SEGMENT_H
#define UMIE_IMAGE_SEGMENT_H

/* A picture in the space that colours are compared in. */
struct look {
	int w, h;
	float *c; /* h*w*3: light, red against it, blue against it; owned */
};

/*
 * Write the piece 0 … n-1 of every pixel to label (h*w) and return n.  A
 * larger `scale` (in levels of 0 … 255 times pixels) prefers larger pieces;
 * pieces of fewer than `least` pixels are joined to a neighbour.
 */
int segment(const struct look *k, float scale, int least, int *label);

/* How different two pixels look. */
float look_distance(const struct look *k, int a, int b);

#endif
