"""Prevention education for grades K-12 in the LMS, from award to completion."""
