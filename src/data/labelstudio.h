/*
 * labelstudio -- names of the controls in a labelling configuration.
 */
#ifndef UMIE_DATA_LABELSTUDIO_H
#define UMIE_DATA_LABELSTUDIO_H

#define LS_ENTITY "entity" /* Labels of the text */
#define LS_EVENT "event"   /* Labels of the text: triggers */
#define LS_BOX "box"       /* RectangleLabels of the picture: roles */
#define LS_OBJECT "object" /* RectangleLabels of the picture: O1, O2, … */
#define LS_SHOWN "shown"   /* Choices: the event that the picture shows */

#endif
