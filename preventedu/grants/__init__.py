"""From award to report: coverage, attribution, working figures, releases.

This room reads completions and never knows an LMS.
"""
