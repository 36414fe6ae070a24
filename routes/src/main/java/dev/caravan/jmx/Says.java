package dev.caravan.jmx;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;

/**
 * What consoles show beside an attribute or an operation, with units; on a parameter its name. Part of the bean's management interface,
 * which is why it is no javadoc.
 */
@Retention(RetentionPolicy.RUNTIME)
@Target({ElementType.METHOD, ElementType.PARAMETER, ElementType.TYPE})
@interface Says {
    String value();
}
