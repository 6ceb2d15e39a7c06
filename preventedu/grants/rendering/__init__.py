"""Files made from a release. All read the stored snapshot, so none can disagree."""
