package dev.caravan.inference.bench.gpu;

/**
 * One line of the report.
 *
 * @param what what is checked
 */
record Check(String what, Body body) {

    /** Does it. */
    @FunctionalInterface
    interface Body {

        /**
         * @return numbers for the report
         * @throws Exception when it does not work; {@link Failed} when it works otherwise than it should
         */
        String run(Rig rig) throws Exception;
    }

    /** It works otherwise than it should. */
    static final class Failed extends Exception {

        private static final long serialVersionUID = 1;

        Failed(String message) {
            super(message);
        }
    }

    static void require(boolean condition, String otherwise) throws Failed {
        if (!condition) {
            throw new Failed(otherwise);
        }
    }
}
