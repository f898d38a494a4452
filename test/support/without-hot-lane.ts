// For a jest project: applications of createTestApp answer everything through Express.
process.env.TEST_HOT_LANE = 'off';
