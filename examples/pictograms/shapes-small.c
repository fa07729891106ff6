/* Things. */
#include "examples/pictograms/shapes-list.h"

const struct shape shapes_badge[] = {
    QUAD(GOLD, 0, 0, 60, 0, 60, 36, 0, 36),  TRI(GOLD, 0, 35, 60, 35, 30, 74),
    QUAD(BODY, 5, 5, 55, 5, 55, 35, 5, 35),  TRI(BODY, 5, 34, 55, 34, 30, 67),
    QUAD(PAPER, 5, 5, 30, 5, 30, 34, 5, 34), TRI(PAPER, 5, 33, 30, 33, 30, 67),
    TRI(GOLD, 30, 12, 40, 44, 17, 24),       TRI(GOLD, 43, 24, 20, 44, 30, 12),
    TRI(GOLD, 17, 24, 43, 24, 30, 36),       END,
};

const struct shape shapes_trophy[] = {
    RING(GOLD, 10, 16, 9, 2.5f),
    RING(GOLD, 50, 16, 9, 2.5f),
    QUAD(GOLD, 10, 0, 50, 0, 42, 34, 18, 34),
    ELL(GOLD, 30, 33, 12, 8),
    BOX(GOLD, 27, 38, 33, 54, 0),
    BOX(GOLD, 18, 52, 42, 58, 1),
    BOX(WOOD, 12, 58, 48, 70, 1),
    QUAD(PAPER, 16, 4, 21, 4, 24, 28, 21, 28),
    BOX(PAPER, 22, 61, 38, 67, 0),
    END,
};

const struct shape shapes_clapper[] = {
    BOX(INK, 0, 26, 72, 70, 2),
    QUAD(INK, 0, 16, 70, -4, 73, 8, 3, 28),
    QUAD(PAPER, 10, 13, 20, 10.5f, 28, 21, 18, 23.5f),
    QUAD(PAPER, 32, 7, 42, 4.5f, 50, 14.5f, 40, 17),
    QUAD(PAPER, 54, 1, 64, -2, 71, 8.5f, 61, 11.5f),
    LINE(PAPER, 6, 38, 66, 38, 1.2f),
    LINE(PAPER, 6, 52, 66, 52, 1.2f),
    LINE(PAPER, 36, 52, 36, 66, 1.2f),
    END,
};

const struct shape shapes_book[] = {
    QUAD(BODY, 0, 4, 40, 10, 40, 60, 0, 52),
    QUAD(BODY, 80, 4, 40, 10, 40, 60, 80, 52),
    QUAD(PAPER, 4, 2, 39, 9, 39, 54, 4, 47),
    QUAD(PAPER, 76, 2, 41, 9, 41, 54, 76, 47),
    LINE(GREY, 9, 14, 33, 19, 1),
    LINE(GREY, 9, 23, 33, 28, 1),
    LINE(GREY, 9, 32, 33, 37, 1),
    LINE(GREY, 71, 14, 47, 19, 1),
    LINE(GREY, 71, 23, 47, 28, 1),
    LINE(GREY, 71, 32, 47, 37, 1),
    LINE(SHADE, 40, 10, 40, 60, 1.2f),
    END,
};

const struct shape shapes_handcuffs[] = {
    LINE(STEEL, 32, 30, 46, 26, 2.5f),
    LINE(STEEL, 46, 26, 58, 30, 2.5f),
    RING(STEEL, 18, 32, 15, 4),
    RING(STEEL, 72, 32, 15, 4),
    RING(GREY, 18, 32, 15, 1.3f),
    RING(GREY, 72, 32, 15, 1.3f),
    BOX(STEEL, 24, 22, 37, 40, 3),
    BOX(STEEL, 53, 22, 66, 40, 3),
    DISC(INK, 30, 31, 2.5f),
    DISC(INK, 60, 31, 2.5f),
    END,
};

const struct shape shapes_phone[] = {
    BOX(INK, 0, 0, 40, 76, 6),
    BOX(GLASS, 4, 8, 36, 62, 1),
    LINE(GREY, 16, 4, 24, 4, 1),
    DISC(GREY, 20, 69, 3.5f),
    DISC(LEAF, 20, 48, 7),
    LINE(PAPER, 17, 46, 20, 50, 1.2f),
    LINE(PAPER, 20, 50, 24, 51, 1.2f),
    DISC(SKIN, 20, 24, 7),
    BOX(BODY, 11, 30, 29, 38, 3),
    END,
};

const struct shape shapes_letter[] = {
    BOX(PAPER, 0, 0, 76, 50, 2),
    LINE(STEEL, 1, 1, 75, 1, 1),
    LINE(STEEL, 1, 49, 75, 49, 1),
    LINE(STEEL, 1, 1, 1, 49, 1),
    LINE(STEEL, 75, 1, 75, 49, 1),
    LINE(STEEL, 2, 2, 38, 30, 1.3f),
    LINE(STEEL, 74, 2, 38, 30, 1.3f),
    LINE(STEEL, 2, 48, 28, 24, 0.8f),
    LINE(STEEL, 74, 48, 48, 24, 0.8f),
    DISC(RED, 38, 29, 6),
    END,
};

const struct shape shapes_coins[] = {
    ELL(WOOD, 22, 56, 20, 8),      ELL(GOLD, 22, 53, 20, 8),
    ELL(WOOD, 22, 47, 20, 8),      ELL(GOLD, 22, 44, 20, 8),
    ELL(WOOD, 22, 38, 20, 8),      ELL(GOLD, 22, 35, 20, 8),
    ELL(WOOD, 58, 57, 20, 8),      ELL(GOLD, 58, 54, 20, 8),
    ELL(WOOD, 58, 48, 20, 8),      ELL(GOLD, 58, 45, 20, 8),
    DISC(WOOD, 42, 18, 18),        DISC(GOLD, 42, 18, 15.5f),
    LINE(WOOD, 42, 9, 42, 27, 2),  LINE(WOOD, 37, 12, 47, 12, 2),
    LINE(WOOD, 37, 24, 47, 24, 2), END,
};

const struct shape shapes_note[] = {
    BOX(LEAF, 8, 10, 96, 54, 1),      BOX(PAPER, 11, 13, 93, 51, 1),
    BOX(LEAF, 0, 2, 88, 46, 1),       BOX(TINT, 3, 5, 85, 43, 1),
    BOX(LEAF, 6, 8, 82, 40, 1),       DISC(PAPER, 44, 24, 12),
    LINE(LEAF, 44, 15, 44, 33, 2),    LINE(LEAF, 39, 19, 49, 19, 1.8f),
    LINE(LEAF, 39, 29, 49, 29, 1.8f), DISC(PAPER, 14, 15, 3.5f),
    DISC(PAPER, 74, 33, 3.5f),        END,
};

const struct shape shapes_grave[] = {
    ELL(LEAF, 35, 74, 35, 7),        BOX(STONE, 12, 20, 58, 74, 1),
    DISC(STONE, 35, 22, 23),         BOX(INK, 32, 12, 38, 44, 0),
    BOX(INK, 24, 20, 46, 26, 0),     LINE(INK, 22, 54, 48, 54, 1.3f),
    LINE(INK, 25, 62, 45, 62, 1.3f), DISC(RED, 12, 70, 4),
    DISC(PAPER, 20, 73, 3.5f),       END,
};

const struct shape shapes_heart[] = {
    DISC(RED, 17, 17, 17),           DISC(RED, 47, 17, 17),
    TRI(RED, 3, 27, 61, 27, 32, 60), QUAD(RED, 17, 17, 47, 17, 58, 30, 6, 30),
    ELL(PAPER, 13, 12, 4.5f, 6),     END,
};

const struct shape shapes_ball[] = {
    DISC(INK, 20, 20, 20),
    DISC(PAPER, 20, 20, 18.5f),
    DISC(INK, 20, 20, 6.5f),
    DISC(INK, 8, 10, 4),
    DISC(INK, 32, 10, 4),
    DISC(INK, 7, 29, 4),
    DISC(INK, 33, 29, 4),
    DISC(INK, 20, 36, 3.5f),
    LINE(INK, 20, 20, 8, 10, 0.8f),
    LINE(INK, 20, 20, 32, 10, 0.8f),
    LINE(INK, 20, 20, 7, 29, 0.8f),
    LINE(INK, 20, 20, 33, 29, 0.8f),
    END,
};

const struct shape shapes_mic[] = {
    LINE(STEEL, 24, 28, 24, 88, 2),
    ELL(INK, 24, 90, 18, 4),
    LINE(STEEL, 24, 34, 34, 22, 2.5f),
    LINE(INK, 30, 26, 42, 10, 5),
    DISC(GREY, 43, 9, 9.5f),
    LINE(STEEL, 36, 6, 50, 13, 1),
    LINE(STEEL, 39, 2, 46, 17, 1),
    LINE(RED, 33, 15, 38, 20, 1.5f),
    END,
};

const struct shape shapes_flag[] = {
    LINE(WOOD, 4, 2, 4, 96, 2.5f), BOX(BODY, 6, 4, 60, 20, 0),
    BOX(PAPER, 6, 16, 60, 30, 0),  BOX(EXTRA, 6, 28, 60, 42, 0),
    DISC(GOLD, 4, 1, 4),           END,
};

const struct shape shapes_lamp[] = {
    LINE(STEEL, 14, 20, 14, 106, 2.5f),
    ELL(STEEL, 14, 106, 10, 4),
    QUAD(GOLD, 4, 4, 24, 4, 20, 22, 8, 22),
    BOX(STEEL, 2, 0, 26, 5, 1),
    END,
};

const struct shape shapes_bench[] = {
    BOX(WOOD, 0, 4, 90, 10, 1),    BOX(WOOD, 0, 14, 90, 20, 1),
    BOX(WOOD, 0, 28, 90, 34, 1),   LINE(STEEL, 10, 4, 10, 50, 2),
    LINE(STEEL, 80, 4, 80, 50, 2), END,
};

const struct shape shapes_umbrella[] = {
    LINE(WOOD, 40, 0, 40, 72, 1.8f),
    LINE(WOOD, 40, 72, 48, 72, 2),
    QUAD(BODY, 40, 2, 62, 8, 80, 36, 40, 36),
    QUAD(BODY, 40, 2, 18, 8, 0, 36, 40, 36),
    TRI(TINT, 40, 2, 53, 36, 27, 36),
    END,
};
