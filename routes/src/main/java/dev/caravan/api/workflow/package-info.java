/** What a workflow file needs and what of it is here: {@link dev.caravan.api.workflow.WorkflowNeeds} reads it. Nothing is changed. */
@NullMarked
package dev.caravan.api.workflow;

import org.jspecify.annotations.NullMarked;
